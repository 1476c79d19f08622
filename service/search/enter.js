// Enter sends the search, Shift+Enter begins a new line, as people know it from other search boxes.
"use strict";
for (const box of document.querySelectorAll("form.search textarea")) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
}
