// Keep what is typed in a form until it is sent: it survives a reload, a crash and a lost connection.
// Kept in this tab only (sessionStorage); the pages are whole without this script.
"use strict";
(() => {
  const KEPT = "input:not([type=hidden]), textarea, select";

  function read(name) {
    try { return JSON.parse(sessionStorage.getItem(name)) || {}; } catch { return {}; }
  }

  function write(name, form) {
    const values = {};
    for (const field of form.querySelectorAll(KEPT)) {
      if (field.type !== "radio" || field.checked) values[field.name] = field.value;
    }
    try { sessionStorage.setItem(name, JSON.stringify(values)); } catch { /* storage is full or forbidden */ }
  }

  function restore(name, form) {
    for (const [field, value] of Object.entries(read(name))) {
      const input = form.elements.namedItem(field);
      if (input) input.value = value;
    }
  }

  for (const sent of document.querySelectorAll("[data-draft-sent]")) {
    const prefix = `precedent-draft-${sent.dataset.draftSent}-`;
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
  // The same page in another language keeps the draft.
  const place = location.pathname.replace(/^\/[a-z]{2,3}(-\w+)*\//, "/");
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const search = form.elements.namedItem("search");
    const name = `precedent-draft-${form.dataset.draft}-${search ? search.value : place}`;
    // A form that came back with a sentence about a mistake already holds what was typed.
    if (!form.querySelector(".problem")) restore(name, form);
    form.addEventListener("input", () => write(name, form));
  }
})();
