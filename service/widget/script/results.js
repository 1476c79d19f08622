// What was found, at most three; one solution to read; and the thanks.

const REASONS = { other_problem: "other-problem", did_not_work: "did-not-work", unclear: "unclear", other_product: "other-product" };

export function resultsView(widget) {
  const { words, matter } = widget;
  const { solutions, decision } = matter.answer;
  const first = solutions.some((each) => matter.rejected.has(each.id)) ? "ask" : decision.action;
  return [
    heading(words.say(first === "answer" ? "answer" : "ask")),
    products(widget),
    ...known(widget),
    matter.answer.degraded && make("p", { class: "note" }, words.say("degraded")),
    make("ul", { class: "hits", part: "solutions" }, 
      solutions.map((each, place) => hit(widget, each, first === "answer" && !place))),
    none(widget, "none", null, () => widget.write()),
  ];
}

function products({ words, matter }) {
  const others = matter.answer.products.filter((each) => each.matched.toLowerCase() !== each.name.toLowerCase());
  const names = others.map((each) => `“${each.matched}” = ${each.name}`);
  return names.length > 0 && make("p", { class: "note", part: "note" }, words.say("understood"), " ", make("bdi", {}, names.join(" · ")));
}

// Problems that are known and open: nobody should have to report them again, or look for an answer in vain.
export function known(widget) {
  const { words, matter } = widget;
  return ((matter.answer && matter.answer.incidents) || []).map((each) => make("section", { class: "known", part: "known" },
    make("p", { class: "soft" }, words.say("known")),
    make("h3", { lang: each.language, dir: "auto" }, each.title),
    make("p", { lang: each.language, dir: "auto" }, each.text),
    matter.incident !== each.id && button(words.say("known_mine"), () => widget.join(each.id))));
}

function hit(widget, each, likely) {
  const rejected = widget.matter.rejected.has(each.id);
  return make("li", { class: `hit ${rejected ? "tried" : likely ? "likely" : ""}`, part: "solution" },
    rejected && make("p", { class: "soft" }, widget.words.say("rejected")),
    make("button", { type: "button", class: "title", part: "solution-title", "data-id": each.id, lang: each.language, dir: "auto",
      click: () => widget.openSolution(each) }, each.title),
    !rejected && make("p", { class: "soft", lang: each.language, dir: "auto" }, each.snippet));
}

export function nearest(widget) {
  const { words, matter } = widget;
  const solutions = matter.answer ? matter.answer.solutions : [];
  if (!solutions.length) return null;
  return make("details", {}, make("summary", {}, words.say("closest")),
    make("ul", { class: "plain" }, solutions.map((each) => make("li", {},
      make("button", { type: "button", class: "link", lang: each.language, dir: "auto", click: () => widget.openSolution(each) }, each.title)))));
}

// “None of these” and “This did not help”, and then, in one tap, why.
function none(widget, label, solution, then) {
  const { words } = widget;
  const reject = (reason) => {
    widget.reject(solution, reason);
    then();
  };
  const ask = () => {
    const question = make("p", { id: "why", tabindex: "-1" }, words.say("why"));
    const reasons = Object.entries(REASONS).map(([id, reason]) => button(words.say(id), () => reject(reason), "reason"));
    place.replaceChildren(make("div", { role: "group", "aria-labelledby": "why", class: "reasons" },
      question, ...reasons, button(words.say("skip"), () => reject(null), "link")));
    question.focus();
  };
  const place = make("div", { class: "none", part: "none" }, button(words.say(label), ask));
  return place;
}

export function solutionView(widget) {
  const { words, matter } = widget;
  const { solution } = matter;
  const title = heading(solution.title);
  title.lang = solution.language;
  title.dir = "auto";
  const left = matter.answer.solutions.some((each) => each.id !== solution.id && !matter.rejected.has(each.id));
  return [
    button(words.say("back"), () => widget.back(), "link"),
    make("article", { lang: solution.language, dir: "auto", part: "article" }, title, make("div", { class: "body" }, solution.blocks.map(rich))),
    make("section", { class: "verdict", part: "verdict", "aria-labelledby": "asked" },
      make("h3", { id: "asked" }, words.say("question")),
      button(words.say("solved"), () => widget.solve(), "main"),
      none(widget, "not_solved", solution.id, () => (left ? widget.back() : widget.write()))),
  ];
}

export function thanksView(widget) {
  return [heading(widget.words.say("thanks")), button(widget.words.say("again"), () => widget.reset())];
}

export function workingView({ words }) {
  return [make("p", { class: "working", part: "progress" }, words.say("working"))];
}
