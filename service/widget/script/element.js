// <precedent-search>: how an inquiry looks and stays alive on a page that is somebody else's.
//
// Attributes: locale, country, product, site and mail (else data-site and data-mail of the script), theme (light,
// dark), launcher. With data-consent at the script, or in the row of the site, nothing is kept in the browser before
// the reader or the page says so.
// Properties: locale, country, product; identity: a function that gives (a promise of) a signed token; consent.
// Methods: open(query), close(), on(name, listener), which returns what takes the listener away again.
// Events, which bubble: search, solved, escalated, error. They name searches, solutions and numbers, never what was typed.


const VIEWS = {
  start: () => [], working: workingView, results: resultsView, solution: solutionView, thanks: thanksView,
  ticket: ticketView, number: numberView, track: trackView,
};
const SETTINGS = ["locale", "country", "product"];
const STYLES = new CSSStyleSheet();
STYLES.replaceSync(STYLE);

export class PrecedentSearch extends Inquiry {
  static observedAttributes = [...SETTINGS, "launcher"];

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [STYLES];
    this.typed = "";
    this.expanded = false;
    // What a page has set before this file was loaded hides the setters below.
    for (const name of [...SETTINGS, "identity", "consent"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  connectedCallback() {
    this.life = new AbortController();
    const place = [...document.querySelectorAll(this.localName)].indexOf(this);
    this.draft ||= new Draft(`${this.site}:${this.id || place}`);
    this.api.site = this.site;
    permit(this);
    if (this.matter.view === "start") this.recall();
    this.render();
    addEventListener("pointerdown", (event) => event.composedPath().includes(this) || this.box.close(), { signal: this.life.signal });
    this.addEventListener("focusin", () => askSite(this), { signal: this.life.signal });
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
    return contactFor(this);
  }

  set identity(fetchToken) {
    this.api.identity = fetchToken;
    this.api.token = null;
  }

  get consent() {
    return Boolean(this.given);
  }

  set consent(given) {
    this.given = Boolean(given);
    if (!this.root) return;
    permit(this);
    const shown = this.root.querySelector(".consent input");
    if (shown) shown.checked = this.given;
  }

  // What the service is told of the reader with every question.
  reader() {
    const said = { language: this.words.locale, country: countryFor(this) };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  }

  render() {
    const { value: typed, selectionStart, selectionEnd } = this.box ? this.box.input : { value: this.typed };
    const nodes = () => [...this.shadowRoot.querySelectorAll("*")];
    const focused = nodes().indexOf(this.shadowRoot.activeElement);
    if (this.box) this.box.stop();
    if (this.live) this.live.stop();
    this.words = wordsFor(this);
    this.live = new Live();
    this.box = new Box(this);
    this.box.input.value = typed;
    this.panel = make("div", { part: "panel", class: "panel" });
    this.root = frame(this);
    this.shadowRoot.replaceChildren(...launched(this), this.root);
    this.show(this.matter.view, false);
    showConsent(this);
    if (focused >= 0) this.refocus(nodes()[focused], selectionStart, selectionEnd);
    this.translate();
  }

  // What is drawn anew stands where it stood: so do the focus and the cursor.
  refocus(node, start, end) {
    if (node) node.focus({ preventScroll: true });
    if (node === this.box.input) node.setSelectionRange(start, end);
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

  open(query) {
    this.expand(true);
    this.box.input.focus();
    askSite(this);
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
    // Who has not done anything here leaves nothing behind.
    if (matter.view === "start" && !query && !matter.form) return this.draft.clear();
    this.draft.write({ ...matter, query, asked: matter.query, seen: [...matter.seen], rejected: [...matter.rejected] });
  }

  recall() {
    const { asked, query, ...kept } = this.draft.read();
    if (!kept.view) return;
    this.matter = { ...kept, query: asked, seen: new Map(kept.seen), rejected: new Set(kept.rejected) };
    if (kept.view === "working") this.matter.view = "start";
    this.typed = query || "";
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
