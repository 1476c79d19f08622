// <precedent-search>: one problem at a time, from the first letter to a solution or a tracking number.

// By then a visitor must have something to do, whether the search answers or not (within three seconds).
const SLOW = 2500;
const SHOWN = 3;
const VIEWS = {
  start: () => [], working: workingView, results: resultsView, solution: solutionView, thanks: thanksView,
  ticket: ticketView, number: numberView, track: trackView,
};
const SETTINGS = ["locale", "country", "product"];
const STYLES = new CSSStyleSheet();
STYLES.replaceSync(STYLE);

export class PrecedentSearch extends HTMLElement {
  static observedAttributes = [...SETTINGS, "launcher"];

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [STYLES];
    this.api = new Api(BASE);
    this.matter = freshMatter();
    this.turn = 0;
    this.typed = "";
    this.replaced = {};
    this.expanded = false;
    // What a page has set before this file was loaded hides the setters below.
    for (const name of [...SETTINGS, "identity"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  connectedCallback() {
    this.life = new AbortController();
    const place = [...document.querySelectorAll(this.localName)].indexOf(this);
    this.draft = new Draft(`${this.site}:${this.id || place}`);
    if (this.matter.view === "start") this.recall();
    this.render();
    addEventListener("pointerdown", (event) => event.composedPath().includes(this) || this.box.close(), { signal: this.life.signal });
    this.load();
  }

  disconnectedCallback() {
    this.life.abort();
    this.turn++;
    this.box.stop();
    this.live.stop();
    if (this.matter.view === "working") this.matter.view = "start";
  }

  attributeChangedCallback() {
    if (this.box && this.isConnected) this.render();
  }

  get site() {
    return this.getAttribute("site") || SITE;
  }

  get contact() {
    return this.getAttribute("mail") || this.siteMail;
  }

  set identity(fetchToken) {
    this.api.identity = fetchToken;
    this.api.token = null;
  }

  // What the service is told of the reader with every question.
  reader() {
    const said = { language: this.words.locale, country: this.country };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  }

  async load() {
    if (!this.site) return;
    try {
      const site = await this.api.call(`/sites/${encodeURIComponent(this.site)}`, { signal: this.life.signal });
      this.siteMail = site.fallback_mail;
      this.replaced = site.texts || {};
      this.render();
    } catch {
      /* the texts of this file do */
    }
  }

  render() {
    const typed = this.box ? this.box.input.value : this.typed;
    const focused = this.box && this.shadowRoot.activeElement === this.box.input;
    if (this.live) this.live.stop();
    this.words = new Words(this.locale || languageAround(this), this.replaced);
    this.live = new Live();
    this.box = new Box(this);
    this.box.input.value = typed;
    this.panel = make("div", { part: "panel", class: "panel" });
    this.root = frame(this);
    this.shadowRoot.replaceChildren(...launched(this), this.root);
    this.show(this.matter.view, false);
    if (focused) this.box.input.focus();
    this.translate();
  }

  async translate() {
    const { wanted, language } = this.words;
    if (wanted === language) return;
    await fetchTexts(wanted);
    if (TEXTS[wanted] && this.isConnected && this.words.wanted === wanted) this.render();
  }

  show(view, focus = true) {
    this.matter.view = view;
    this.panel.replaceChildren(...VIEWS[view](this).filter(Boolean));
    this.root.dataset.view = view;
    const target = focus && this.panel.querySelector("h2");
    if (target) target.focus();
    this.keep();
  }

  async search(typed, picked) {
    const { matter, words } = this;
    const query = typed.trim();
    if (!/[\p{L}\p{N}]/u.test(query)) return this.ask(words.say("empty"));
    const turn = this.begin();
    const { signal } = this.asking;
    this.matter = { ...freshMatter(), query, form: matter.touched ? matter.form : null, touched: matter.touched, key: matter.key };
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
    if (late && matter.touched) return this.panel.prepend(button(words.say("back"), () => this.back(), "link"));
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
      customer: { name: name || null, email: email || null, phone: phone || null },
    };
    try {
      const { number } = await this.api.post("/tickets", body, { headers: { "idempotency-key": matter.key } });
      this.filed(number, { name, email, phone });
    } catch (failure) {
      // The same report with another text is another one: only then is a second ticket meant.
      if (failure.status === 409) matter.key = newKey();
      this.tell("error", { status: failure.status });
      throw failure;
    }
  }

  filed(number, reach) {
    const { answer } = this.matter;
    this.begin();
    this.matter = { ...freshMatter(), number, reach };
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
    this.matter = freshMatter();
    this.box.input.value = "";
    this.show("start");
    this.box.input.focus();
  }

  open(query) {
    this.expand(true);
    this.box.input.focus();
    if (query) this.search((this.box.input.value = query));
  }

  close() {
    this.box.close();
    this.expand(false);
    const launcher = this.shadowRoot.querySelector(".launcher");
    if (launcher) launcher.focus();
  }

  expand(open) {
    this.expanded = open;
    showLaunched(this);
  }

  on(name, listener) {
    const heard = (event) => listener(event.detail);
    this.addEventListener(name, heard);
    return () => this.removeEventListener(name, heard);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  keep() {
    const { matter } = this;
    const query = this.box.input.value;
    this.draft.write({ ...matter, query, asked: matter.query, seen: [...matter.seen], rejected: [...matter.rejected] });
  }

  recall() {
    const { asked, query, ...kept } = this.draft.read();
    if (!kept.view) return;
    this.matter = { ...kept, query: asked, seen: new Map(kept.seen), rejected: new Set(kept.rejected) };
    if (kept.view === "working") this.matter.view = "start";
    this.typed = query;
  }
}

for (const name of SETTINGS) {
  Object.defineProperty(PrecedentSearch.prototype, name, {
    get() {
      return this.getAttribute(name) || "";
    },
    set(value) {
      if (value) this.setAttribute(name, value);
      else this.removeAttribute(name);
    },
  });
}

function freshMatter() {
  return {
    view: "start", why: "", query: "", answer: null, solution: null, seen: new Map(), rejected: new Set(),
    form: null, touched: false, key: "", number: "", reach: {},
  };
}

function languageAround(widget) {
  const around = widget.closest("[lang]") || document.documentElement;
  return around.lang || navigator.language || "en";
}
