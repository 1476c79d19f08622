// What stands around the views: the box, the ways to a person, and the button that opens it all.

export function frame(widget) {
  const { words } = widget;
  const name = words.say("help");
  const kind = widget.hasAttribute("launcher") ? { role: "dialog" } : { role: "region" };
  return make("section", { ...kind, class: "widget", part: "widget", "aria-label": name, lang: words.language, dir: words.rtl ? "rtl" : "ltr",
    keydown: (event) => event.key === "Escape" && widget.hasAttribute("launcher") && widget.close() },
    widget.hasAttribute("launcher") && closing(widget, name),
    widget.box.node,
    make("div", { class: "ways", part: "ways" },
      button(words.say("write"), () => widget.write(), "link write"), button(words.say("track"), () => widget.track(), "link track")),
    widget.panel, widget.live.node);
}

function closing(widget, name) {
  return make("div", { class: "top", part: "top" }, make("strong", {}, name), button(widget.words.say("close"), () => widget.close(), "link"));
}

export function launched(widget) {
  if (!widget.hasAttribute("launcher")) return [];
  const { words } = widget;
  queueMicrotask(() => showLaunched(widget));
  return [make("button", { type: "button", part: "button launcher", class: "launcher main", lang: words.language, dir: words.rtl ? "rtl" : "ltr",
    click: () => (widget.expanded ? widget.close() : widget.open()) }, words.say("help"))];
}

export function showLaunched(widget) {
  const launcher = widget.shadowRoot.querySelector(".launcher");
  if (!launcher) return;
  launcher.setAttribute("aria-expanded", String(widget.expanded));
  widget.root.hidden = !widget.expanded;
}
