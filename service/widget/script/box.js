// The box for the problem: a combobox as WAI-ARIA describes it. The focus stays in the input, what was typed stays too.

const PAUSE = 150; // between two keystrokes of somebody who types; shorter only costs requests
const SHORTEST = 2;

export class Box {
  constructor(widget) {
    const { words } = widget;
    this.widget = widget;
    this.found = [];
    this.active = -1;
    this.turn = 0;
    this.list = make("ul", { role: "listbox", id: "list", part: "list", "aria-label": words.say("suggestions"), hidden: true });
    this.input = make("input", {
      id: "problem", part: "input", name: "q", type: "text", role: "combobox", autocomplete: "off",
      enterkeyhint: "search", dir: "auto", maxlength: 20000, "aria-autocomplete": "list", "aria-controls": "list",
      "aria-expanded": "false", "aria-describedby": "hint usage wrong",
      input: () => this.typed(), keydown: (event) => this.key(event),
    });
    this.wrong = make("p", { id: "wrong", class: "wrong", part: "problem" });
    this.node = make("form", { role: "search", novalidate: true, submit: (event) => this.submit(event) },
      make("label", { for: "problem", part: "label" }, words.say("label")),
      make("p", { id: "hint", class: "soft", part: "hint" }, words.say("hint")),
      make("p", { id: "usage", class: "hidden" }, words.say("usage")),
      make("div", { class: "row" },
        make("div", { class: "field" }, this.input, this.list),
        make("button", { type: "submit", part: "button submit", class: "main" }, words.say("search"))),
      this.wrong);
  }

  typed() {
    this.complain("");
    this.widget.keep();
    this.stop();
    const query = this.input.value.trim();
    if (query.length < SHORTEST) return this.close();
    this.timer = setTimeout(() => this.suggest(query, ++this.turn), PAUSE);
  }

  async suggest(query, turn) {
    this.asking = new AbortController();
    try {
      const found = await this.widget.api.suggest(query, this.widget.reader(), this.asking.signal);
      // An answer to what has been typed over is thrown away, in whatever order the answers come.
      if (turn === this.turn) this.offer(found);
    } catch {
      if (turn === this.turn) this.close();
    }
  }

  offer(found) {
    const { words, live } = this.widget;
    this.found = found;
    this.active = -1;
    this.list.replaceChildren(...found.map((each, at) => make("li", {
      role: "option", id: `option-${at}`, part: "option", "aria-selected": "false", dir: "auto", lang: each.language,
      // Without this the input would lose the focus before the click arrives.
      pointerdown: (event) => event.preventDefault(),
      pointermove: () => this.mark(at), click: () => this.pick(at),
    }, each.title)));
    this.expand(found.length > 0);
    live.say(found.length ? words.count("count_suggestions", found.length) : words.say("no_suggestions"));
  }

  key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.close();
    } else if (step && this.found.length) {
      event.preventDefault();
      this.expand(true);
      // One place more than there are titles: the input itself, where nothing is marked.
      const places = this.found.length + 1;
      this.mark(((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.pick(this.active);
    } else if (event.key === "Tab") this.close();
  }

  mark(at) {
    if (this.active === at) return;
    this.active = at;
    [...this.list.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `option-${at}`);
    this.list.children[at].scrollIntoView({ block: "nearest" });
  }

  pick(at) {
    const picked = this.found[at];
    this.close();
    this.input.focus();
    this.widget.search(this.input.value, picked);
  }

  submit(event) {
    event.preventDefault();
    this.close();
    this.widget.search(this.input.value);
  }

  complain(sentence) {
    this.wrong.textContent = sentence;
    if (sentence) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  close() {
    this.stop();
    this.mark(-1);
    this.expand(false);
  }

  stop() {
    clearTimeout(this.timer);
    this.turn++;
    if (this.asking) this.asking.abort();
  }
}
