// Elements are made one by one and text goes into text nodes, so that Trusted Types find nothing to complain of.

export function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value || value === 0 || value === "") node.setAttribute(name, value);
  }
  node.append(...children.flat(2).filter((child) => child || child === 0));
  return node;
}

export function button(label, action, kind = "") {
  return make("button", { type: "button", part: `button ${kind}`.trim(), class: kind, click: action }, label);
}

export function heading(text) {
  return make("h2", { tabindex: "-1", part: "heading" }, text);
}

// What the server sends of a solution: a tree of these elements, and nothing else is shown as one.
const TAGS = new Set(
  "blockquote br code em h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul a".split(" "),
);
const SAFE_ADDRESS = /^(https?:\/\/|mailto:|tel:)/i;

export function rich(block) {
  if (typeof block === "string") return block;
  const children = (block.children || []).map(rich);
  if (!TAGS.has(block.tag)) return children;
  // The title of the solution is an h2 already.
  const tag = block.tag.replace(/^h([2-5])$/, (_, level) => `h${+level + 1}`);
  const node = make(tag, {}, children);
  if (tag === "ol" && block.start > 1) node.start = block.start;
  if (tag === "a" && SAFE_ADDRESS.test(block.href)) {
    node.href = block.href;
    node.target = "_blank";
    node.rel = "noopener noreferrer";
  }
  if (tag !== "table") return node;
  return make("div", { class: "scroll", tabindex: "0", role: "group" }, node);
}
