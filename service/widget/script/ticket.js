// The form: opened with what is known already, and never emptied before the number is there.

const FIELDS = ["subject", "description", "name", "email", "phone"];
const LINE = 90; // about as much as fits into one line of a mail program

export function ticketView(widget) {
  const { words, matter } = widget;
  const values = matter.form;
  const status = make("p", { class: "wrong", role: "alert", part: "problem" });
  const send = make("button", { type: "submit", class: "main", part: "button submit" }, words.say("send"));
  const form = make("form", { novalidate: true, class: "ticket", part: "form",
    input: () => widget.type(read(form)),
    submit: (event) => { event.preventDefault(); submit(widget, form, send, status); } },
    kinds(words, values.kind),
    field(words, "subject", "input", { maxlength: 200, required: true, value: values.subject }),
    field(words, "description", "textarea", { rows: 5, maxlength: 20000, required: true }, values.description),
    carried(widget),
    make("fieldset", {}, make("legend", {}, words.say("contact")),
      field(words, "name", "input", { autocomplete: "name", maxlength: 200, value: values.name }),
      field(words, "email", "input", { type: "email", autocomplete: "email", dir: "ltr", value: values.email }),
      field(words, "phone", "input", { type: "tel", autocomplete: "tel", dir: "ltr", value: values.phone })),
    status, send);
  return [
    matter.answer && matter.answer.solutions.length > 0 && button(words.say("back"), () => widget.back(), "link"),
    heading(words.say(matter.why === "escalate" ? "escalate" : "write")),
    make("p", { class: matter.why ? "note" : "soft" }, words.say(matter.why ? `${matter.why}_lead` : "write_lead")),
    matter.why && mail(widget),
    earlier(widget),
    ...known(widget),
    matter.incident && make("p", { class: "note" }, words.say("known_lead")),
    matter.why === "escalate" && nearest(widget),
    form,
    !matter.why && mail(widget),
  ];
}

// Who has written to us in this tab may mean the same matter again.
function earlier(widget) {
  const { words, matter } = widget;
  return matter.filed && make("p", { class: "note earlier", part: "note" }, words.say("earlier", { number: matter.filed }), " ",
    button(words.say("show_status"), () => widget.track(matter.filed), "link"));
}

function kinds(words, chosen) {
  return make("fieldset", { class: "kinds" }, make("legend", {}, words.say("kind")),
    ["problem", "bug", "request"].map((each) => make("label", { class: "choice" },
      make("input", { type: "radio", name: "kind", value: each, checked: each === chosen }), words.say(each))));
}

function field(words, name, tag, attributes, text) {
  const input = make(tag, { id: name, name, part: "input", dir: "auto", "aria-describedby": `${name}-wrong`, ...attributes }, text);
  return make("div", { class: "field" }, make("label", { for: name }, words.say(name)), input,
    make("p", { id: `${name}-wrong`, class: "wrong" }));
}

function carried({ words, matter }) {
  const names = matter.answer ? matter.answer.products.map((each) => each.name) : [];
  const seen = [...matter.seen].map(([id, title]) => (matter.rejected.has(id) ? `${title} (${words.say("rejected")})` : title));
  const items = [...names, ...seen];
  return items.length > 0 && make("div", { class: "carried", part: "carried" }, make("p", {}, words.say("carried")),
    make("ul", {}, items.map((each) => make("li", { dir: "auto" }, each))));
}

export function mail({ words, contact }) {
  if (!contact) return null;
  const [before, after] = words.say("mail", { mail: "\n" }).split("\n");
  return make("p", { class: "soft", part: "mail" }, before, make("a", { href: `mailto:${contact}` }, contact), after);
}

function read(form) {
  const values = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  return { ...values, kind: form.elements.kind.value };
}

async function submit(widget, form, send, status) {
  const { words } = widget;
  status.textContent = "";
  if (send.getAttribute("aria-disabled") || !complete(words, form)) return;
  // Not `disabled`: the button would lose the focus, and with it the place on the page.
  send.setAttribute("aria-disabled", "true");
  send.textContent = words.say("sending");
  try {
    await widget.send(read(form));
  } catch (failure) {
    explain(widget, form, status, failure);
  } finally {
    send.removeAttribute("aria-disabled");
    send.textContent = words.say("send");
  }
}

function complete(words, form) {
  const wrong = FIELDS.map((name) => {
    const input = form.elements[name];
    const missing = input.required && !input.value.trim();
    const problem = missing ? "missing" : input.validity.typeMismatch ? "bad_email" : "";
    return complain(input, problem && words.say(problem)) && input;
  }).filter(Boolean);
  if (wrong.length) wrong[0].focus();
  return !wrong.length;
}

function complain(input, sentence) {
  input.parentNode.querySelector(".wrong").textContent = sentence;
  if (sentence) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  return sentence;
}

function explain(widget, form, status, failure) {
  const named = (failure.fields || []).map((each) => [form.elements[each.field.split(".").pop()], each.detail]);
  const shown = named.filter(([input]) => input && input.id);
  shown.forEach(([input, detail]) => complain(input, detail));
  if (shown.length) return shown[0][0].focus();
  status.textContent = widget.words.say(failure.status === 409 ? "sent_before" : "unsent");
}

export function oneLine(text) {
  const first = text.trim().split(/(?<=[.!?。！？؟])\s|\n/, 1)[0].trim();
  if (first.length <= LINE) return first;
  const cut = first.slice(0, LINE);
  return `${cut.includes(" ") ? cut.slice(0, cut.lastIndexOf(" ")) : cut}…`;
}
