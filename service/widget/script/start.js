// The one name that pages see: calls made before this file came are kept by a stub and made now.

function first() {
  return document.querySelector("precedent-search");
}

const CALLS = {
  open: (query) => first() && first().open(query),
  close: () => first() && first().close(),
  set: (name, value) => document.querySelectorAll("precedent-search").forEach((each) => (each[name] = value)),
  on: (name, listener) => {
    const heard = (event) => event.target.localName === "precedent-search" && listener(event.detail);
    document.addEventListener(name, heard);
    return () => document.removeEventListener(name, heard);
  },
};

function start() {
  const waiting = (window.precedent && window.precedent.q) || [];
  window.precedent = Object.assign((name, ...given) => CALLS[name](...given), CALLS);
  if (SCRIPT.dataset.launcher !== undefined && !first()) document.body.append(make("precedent-search", { launcher: true }));
  for (const [name, ...given] of waiting) CALLS[name](...given);
}

if (!customElements.get("precedent-search")) {
  customElements.define("precedent-search", PrecedentSearch);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
