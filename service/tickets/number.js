// Tell a typing error in a tracking number at once. The server checks again with kb/tracking.py.
"use strict";
(() => {
  const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  function remainder(symbols) {
    let value = 0;
    for (const symbol of symbols) {
      value = (value << 1) ^ (value & 16 ? 37 : 0);
      value ^= SYMBOLS.indexOf(symbol);
    }
    return value;
  }

  for (const form of document.querySelectorAll("form[data-number-form]")) {
    const input = form.elements.namedItem("number");
    const problem = document.getElementById("number-problem");
    form.addEventListener("submit", (event) => {
      const typed = input.value.normalize("NFKC").toUpperCase().replace(/[\s\-_.\u2010-\u2015\u2212]+/g, "");
      const symbols = typed.replace(/O/g, "0").replace(/[IL]/g, "1");
      if (symbols === "") return;
      const strange = symbols.length !== 12 || [...symbols].some((symbol) => !SYMBOLS.includes(symbol));
      if (!strange && remainder(symbols) === 0) return;
      event.preventDefault();
      problem.textContent = strange ? form.dataset.strange : form.dataset.mistyped;
      input.setAttribute("aria-invalid", "true");
      input.closest(".field").classList.add("wrong");
      input.focus();
    });
  }
})();
