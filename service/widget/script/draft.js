// What is typed and not yet sent, kept in this tab only: it survives a reload, a mistake and a lost connection.
// Nothing is written before it is known that it may be; what was to be written until then is.

export class Draft {
  constructor(name) {
    this.name = `precedent:${name}`;
    this.allowed = undefined;
    this.held = null;
  }

  allow(allowed) {
    this.allowed = allowed;
    if (allowed && this.held) this.write(this.held);
    if (allowed === false) this.erase();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) || {};
    } catch {
      return {};
    }
  }

  write(values) {
    this.held = values;
    if (!this.allowed) return;
    try {
      sessionStorage.setItem(this.name, JSON.stringify(values));
    } catch {
      /* storage is full or forbidden: the text stays in the form at least */
    }
  }

  clear() {
    this.held = null;
    this.erase();
  }

  erase() {
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      /* where nothing can be kept, nothing is */
    }
  }
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}
