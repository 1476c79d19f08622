// Keeps what was judged in the browser, pair by pair; `sample` is set by the page.
const place = `precedent-replay-${sample.sample}`;
const part = (id) => document.getElementById(id);
const keys = { y: "yes", n: "no", " ": "skip" };
let answers = [];

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(place)) || [];
    answers = kept.filter((each, at) => sample.pairs[at]?.id === each[0] && ["yes", "no", "skip"].includes(each[1]));
  } catch {
    answers = []; // a browser that keeps nothing still lets one judge and save
  }
}

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(answers));
  } catch {
    // as above
  }
}

function show() {
  const next = sample.pairs[answers.length];
  const judged = answers.filter((each) => each[1] !== "skip").length;
  part("count").textContent = `${judged} of ${sample.needed} judged, ${sample.pairs.length - answers.length} pairs left.`;
  part("done").value = judged;
  part("pair").hidden = !next;
  part("end").hidden = Boolean(next);
  part("undo").disabled = answers.length === 0;
  for (const button of document.querySelectorAll("[data-say]")) button.disabled = !next;
  if (!next) return;
  part("asked").textContent = next.asked;
  part("title").textContent = next.title;
  part("found").textContent = next.found === next.title ? "" : next.found;
}

function say(word) {
  const next = sample.pairs[answers.length];
  if (!next) return;
  answers.push([next.id, word]);
  keep();
  show();
}

function undo() {
  answers.pop();
  keep();
  show();
}

function save() {
  const document_ = { format: sample.format, sample: sample.sample, answers: Object.fromEntries(answers) };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 1)], { type: "application/json" }));
  link.download = "answers.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === " " && event.target.closest("button")) return; // there, space presses the button
  const word = keys[event.key.toLowerCase()];
  if (word) say(word);
  else if (event.key.toLowerCase() === "u") undo();
  else return;
  event.preventDefault();
});
for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => {
    say(button.dataset.say);
    button.blur(); // so that space stands for “cannot tell” again
  });
}
part("undo").addEventListener("click", undo);
part("save").addEventListener("click", save);
recall();
show();
