// What is typed and not yet sent, kept in this tab only: it survives a reload, a mistake and a lost connection.

export class Draft {
  constructor(name) {
    this.name = `precedent:${name}`;
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) || {};
    } catch {
      return {};
    }
  }

  write(values) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(values));
    } catch {
      /* storage is full or forbidden: the text stays in the form at least */
    }
  }

  clear() {
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
