// The page works without this: it puts the chosen colours on the preview, and copies what can be copied by hand.
"use strict";
(() => {
  const preview = document.getElementById("preview");
  for (const [name, value] of Object.entries(JSON.parse(preview.dataset.theme))) preview.style.setProperty(name, value);

  const said = document.getElementById("copied");
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
        said.textContent = "Copied.";
      } catch {
        // The clipboard may be closed to us: what is marked can still be copied by hand.
        getSelection().selectAllChildren(text);
        said.textContent = "Marked: copy it with the keyboard.";
      }
    });
  }
})();
