// What the site has set: asked for once, when somebody begins to use the widget. What the page says comes before it.
// Where the answer fails to come, the widget works as if the site had set nothing.

const ENOUGH = 3000; // what has not come by then is done without, as the fallback is shown by then
const CONSENT = "precedent:consent";

export async function askSite(widget) {
  if (!widget.site || widget.row !== undefined) return;
  widget.row = null;
  const { signal } = widget.life;
  const composed = whileComposing(widget, signal);
  const asked = { credentials: "omit", signal: AbortSignal.any([signal, AbortSignal.timeout(ENOUGH)]) };
  // Without a header of ours, so that browsers need no second request for leave.
  const row = await fetch(`${BASE}/api/v1/sites/${encodeURIComponent(widget.site)}`, asked)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .catch(() => ({}));
  await composed();
  // Who was taken from the page meanwhile asks anew when put back.
  widget.row = signal.aborted ? undefined : row;
  if (widget.row) heed(widget);
}

// Give what waits until no character is being composed: drawing anew would take it away.
function whileComposing(widget, signal) {
  let composing = false;
  widget.addEventListener("compositionstart", () => (composing = true), { signal });
  widget.addEventListener("compositionend", () => (composing = false), { signal });
  return async () => {
    while (composing && !signal.aborted) await new Promise((done) => setTimeout(done, 100));
  };
}

function heed(widget) {
  const { row, matter } = widget;
  permit(widget);
  const words = wordsFor(widget);
  const same = words.locale === widget.words.locale;
  const drawn = !["start", "working"].includes(matter.view);
  // Nobody loses their place in a form for it: what is shown next has the words of the site, in the language begun in.
  if (same && drawn) widget.words = words;
  if (drawn || (same && !Object.keys(row.texts || {}).length)) return showConsent(widget);
  widget.render();
  if (matter.view === "start" && widget.box.input.value) widget.box.typed();
}

export function wordsFor(widget) {
  const { texts, languages = [] } = widget.row || {};
  return new Words(widget.locale || within(languageAround(widget), languages), texts);
}

function within(locale, languages) {
  const [primary] = locale.toLowerCase().split(/[-_]/);
  return !languages.length || languages.includes(primary) ? locale : languages[0];
}

function languageAround(widget) {
  const around = widget.closest("[lang]") || document.documentElement;
  return around.lang || navigator.language || "en";
}

// The country that the page says, else that of the reader's language if the site is there, else the only one.
export function countryFor({ country, row, words }) {
  const { countries = [] } = row || {};
  const region = words.locale.split("-").pop().toUpperCase();
  return country || (countries.includes(region) ? region : countries.length === 1 && countries[0]) || "";
}

export function contactFor(widget) {
  return widget.getAttribute("mail") || SCRIPT.dataset.mail || (widget.row || {}).fallback_mail;
}

function asksConsent({ row }) {
  return SCRIPT.dataset.consent !== undefined || Boolean(row && row.consent);
}

// Whether drafts may be kept; as long as nobody knows whether the site asks, they are not.
export function permit(widget) {
  const { draft, given, row, site } = widget;
  if (!asksConsent(widget)) return draft.allow(site && !row ? undefined : true);
  if (given !== undefined) remember(given);
  draft.allow(given === undefined ? remembered() : given);
}

export function showConsent(widget) {
  if (!asksConsent(widget) || widget.root.querySelector(".consent")) return;
  const box = make("input", { type: "checkbox", checked: widget.draft.allowed, change: () => (widget.consent = box.checked) });
  widget.root.querySelector(".ways").after(make("label", { class: "choice consent", part: "consent" }, box, widget.words.say("consent")));
}

function remember(given) {
  try {
    if (given) sessionStorage.setItem(CONSENT, "1");
    else sessionStorage.removeItem(CONSENT);
  } catch {
    /* it holds for this page then */
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(CONSENT) === "1";
  } catch {
    return false;
  }
}
