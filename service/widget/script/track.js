// The number of a request, and how far it is.

export function numberView(widget) {
  const { words, matter } = widget;
  const copy = button(words.say("copy"), async () => {
    await copied(matter.number, number);
    copy.textContent = words.say("copied");
    widget.live.say(words.say("copied"));
  });
  const number = make("output", { class: "number", part: "number", dir: "ltr" }, matter.number);
  return [
    heading(words.say("received")),
    make("p", {}, words.say("keep")),
    make("p", { class: "soft" }, words.say("number")),
    make("div", { class: "row" }, number, copy),
    make("p", { class: "soft spell", part: "spelling" }, words.say("spell"), " ", make("bdi", { lang: "en", dir: "ltr" }, spelled(matter.number))),
    make("div", { class: "row" },
      button(words.say("show_status"), () => widget.track(matter.number), "main"), button(words.say("again"), () => widget.reset())),
  ];
}

async function copied(text, node) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard may be closed to us; a marked number can still be copied by hand.
    getSelection().selectAllChildren(node);
  }
}

export function trackView(widget) {
  const { words, matter } = widget;
  const wrong = make("p", { id: "number-wrong", class: "wrong", role: "alert" });
  const input = make("input", { id: "number", name: "number", part: "input", dir: "ltr", autocomplete: "off", autocapitalize: "characters",
    spellcheck: "false", "aria-describedby": "number-hint number-wrong", value: matter.number || "" });
  const place = make("div", { part: "status" });
  const form = make("form", { novalidate: true, submit: (event) => { event.preventDefault(); look(); } },
    make("div", { class: "field" }, make("label", { for: "number" }, words.say("number")),
      make("p", { id: "number-hint", class: "soft" }, words.say("number_hint")),
      make("div", { class: "row" }, input, make("button", { type: "submit", class: "main", part: "button submit" }, words.say("show_status"))), wrong));
  const look = async () => {
    place.replaceChildren();
    const read = parseNumber(input.value);
    const problem = read.wrong ? read.wrong : await show(widget, read.number, place);
    wrong.textContent = problem ? words.say(problem) : "";
    input.toggleAttribute("aria-invalid", Boolean(problem));
    if (problem) input.setAttribute("aria-invalid", "true"), input.focus();
  };
  if (matter.number) look();
  return [heading(words.say("track")), form, place];
}

async function show(widget, number, place) {
  const { words } = widget;
  try {
    const found = await widget.api.call(`/tickets/${number}`, {});
    const next = { open: "next_open", reopened: "next_open", answered: "next_answered", solved: "next_solved" }[found.state];
    place.replaceChildren(
      make("h3", { class: "state", tabindex: "-1" }, words.say(`state_${found.state}`)),
      next ? make("p", {}, words.say(next)) : "",
      make("p", { class: "soft" }, words.say("changed", { date: words.day(found.last_change) })),
      found.team ? make("p", { class: "soft" }, words.say("team"), " ", make("bdi", {}, found.team)) : "");
    place.firstChild.focus();
    return "";
  } catch (failure) {
    return failure.status === 404 ? "unknown" : "no_answer";
  }
}
