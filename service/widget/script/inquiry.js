// One matter, and what can be done in it: search, read, say how it went, write, follow.

// Within three seconds a visitor must have something to do, whether the search answers or not; drawing takes its part.
const SLOW = 2000;
const SHOWN = 3;

export class Inquiry extends HTMLElement {
  constructor() {
    super();
    this.api = new Api(BASE);
    this.matter = freshMatter();
    this.turn = 0;
  }

  async search(typed, picked) {
    const { matter, words } = this;
    const query = typed.trim();
    if (!/[\p{L}\p{N}]/u.test(query)) return this.ask(words.say("empty"));
    const turn = this.begin();
    const { signal } = this.asking;
    const { touched, key, filed } = matter;
    this.matter = { ...freshMatter(), query, form: touched ? matter.form : null, touched, key, filed };
    this.show("working", false);
    this.live.say(words.say("working"));
    const slow = setTimeout(() => turn === this.turn && this.write("slow", false), SLOW);
    try {
      const previous = matter.answer ? matter.answer.search : null;
      const asked = { query, limit: SHOWN, previous, ...this.reader() };
      const answer = await this.api.post("/search", asked, { signal });
      if (turn === this.turn) this.answered(answer, picked);
    } catch (failure) {
      if (turn === this.turn) this.fail(failure);
    } finally {
      clearTimeout(slow);
    }
  }

  // Whatever was asked before no longer counts.
  begin() {
    if (this.asking) this.asking.abort();
    this.asking = new AbortController();
    return ++this.turn;
  }

  ask(sentence) {
    this.box.complain(sentence);
    this.box.input.focus();
  }

  answered(answer, picked) {
    const { matter, live, words } = this;
    const late = matter.why === "slow";
    matter.answer = answer;
    const { solutions, decision, search, degraded } = answer;
    this.tell("search", { search, action: decision.action, solutions: solutions.map((each) => each.id) });
    // Nobody is torn away from a form that they have begun to fill in.
    if (late && (matter.touched || this.panel.contains(this.shadowRoot.activeElement))) return this.panel.prepend(button(words.say("back"), () => this.back(), "link"));
    matter.why = "";
    if (!solutions.length || (decision.action === "escalate" && !picked)) {
      return this.write(degraded && !solutions.length ? "down" : "escalate", false);
    }
    live.say(words.count("count_solutions", solutions.length));
    this.show("results", false);
    if (picked) this.openSolution(picked, false);
  }

  fail(failure) {
    this.write("down", false);
    this.tell("error", { status: failure.status || 0 });
  }

  async openSolution({ id, title }, focus = true) {
    const turn = this.begin();
    const { matter, words } = this;
    try {
      const language = new URLSearchParams({ language: words.locale });
      const path = `/solutions/${encodeURIComponent(id)}?${language}`;
      const solution = await this.api.call(path, { signal: this.asking.signal });
      if (turn !== this.turn) return;
      matter.solution = solution;
      matter.seen.set(id, title);
      this.say("opened", id);
      this.show("solution", focus);
      if (!focus) this.live.say(solution.title);
    } catch (failure) {
      if (turn === this.turn) this.fail(failure);
    }
  }

  // Tell the service how it went; that it does not hear us must not keep anybody from going on.
  say(kind, solution, reason = null) {
    const path = `/searches/${this.matter.answer.search}/outcome`;
    this.api.post(path, { kind, solution, reason }, { keepalive: true }).catch(() => {});
  }

  solve() {
    const { id } = this.matter.solution;
    this.say("solved", id);
    this.tell("solved", { search: this.matter.answer.search, solution: id });
    this.show("thanks");
  }

  reject(solution, reason) {
    const { rejected, answer } = this.matter;
    this.say("rejected", solution, reason);
    for (const id of solution ? [solution] : answer.solutions.map((each) => each.id)) rejected.add(id);
  }

  back() {
    const { solution } = this.matter;
    this.show("results");
    const opened = [...this.panel.querySelectorAll(".title")].find((each) => solution && each.dataset.id === solution.id);
    if (opened) opened.focus();
  }

  write(why = "", focus = true) {
    const { matter, words } = this;
    matter.why = why;
    matter.key ||= newKey();
    const query = matter.query || this.box.input.value.trim();
    matter.form ||= { kind: "problem", subject: oneLine(query), description: query, ...matter.reach };
    this.show("ticket", focus);
    if (why) this.live.say(words.say(`${why}_lead`));
  }

  join(incident) {
    this.matter.incident = incident;
    this.write();
  }

  type(values) {
    Object.assign(this.matter, { form: values, touched: true });
    this.keep();
  }

  async send({ name, email, phone, ...report }) {
    const { matter } = this;
    const known = matter.answer ? matter.answer.products.map((each) => each.code) : [];
    const body = {
      ...report, ...this.reader(),
      products: this.product ? [...new Set([this.product, ...known])] : [],
      search: matter.answer ? matter.answer.search : null,
      rejected: [...matter.rejected],
      incident: matter.incident,
      customer: { name: name || null, email: email || null, phone: phone || null },
    };
    try {
      const { number } = await this.file(body);
      this.filed(number, { name, email, phone });
    } catch (failure) {
      // The same report with another text is another one: only then is a second ticket meant.
      if (failure.status === 409) matter.key = newKey();
      this.tell("error", { status: failure.status });
      throw failure;
    }
  }

  // A page may name a product that is gone or mistyped: no report fails on what the visitor cannot change.
  async file(body) {
    const headers = { "idempotency-key": this.matter.key };
    try {
      return await this.api.post("/tickets", body, { headers });
    } catch (failure) {
      const ofPage = (failure.fields || []).some(({ field }) => field.startsWith("products"));
      if (!ofPage || !body.products.length) throw failure;
      return this.api.post("/tickets", { ...body, products: [] }, { headers });
    }
  }

  filed(number, reach) {
    const { answer } = this.matter;
    this.begin();
    this.matter = { ...freshMatter(), number, filed: number, reach };
    this.box.input.value = "";
    this.tell("escalated", { number, search: answer ? answer.search : null });
    this.show("number");
  }

  track(number = "") {
    this.matter.number = number || this.matter.number;
    this.show("track", !number);
  }

  reset() {
    this.begin();
    this.matter = { ...freshMatter(), filed: this.matter.filed };
    this.box.input.value = "";
    this.show("start");
    this.box.input.focus();
  }
}

function freshMatter() {
  return {
    view: "start", why: "", query: "", answer: null, solution: null, seen: new Map(), rejected: new Set(),
    form: null, touched: false, key: "", number: "", filed: "", incident: null, reach: {},
  };
}
