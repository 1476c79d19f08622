// What the site itself has: a queue for calls before the widget is there, and an ear for what it tells.
"use strict";
window.precedent = window.precedent || function () {
  (window.precedent.q = window.precedent.q || []).push(arguments);
};
for (const name of ["search", "solved", "escalated", "error"]) {
  window.precedent("on", name, () => {
    document.getElementById("heard").dataset.last = name;
  });
}
