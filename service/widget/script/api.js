// The interface of the service: what fails is a Failure with a status, 0 when nobody answered.

// A search takes milliseconds; who has not answered after this long will not.
const PATIENCE = 15000;
const KEPT_ANSWERS = 50;

export class Failure extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || `status ${status}`);
    this.status = status;
    this.fields = problem.errors || [];
  }
}

export class Api {
  constructor(base) {
    this.base = `${base}/api/v1`;
    this.identity = null;
    this.token = null;
    this.site = "";
    this.suggested = new Map();
  }

  async suggest(query, options, signal) {
    const path = `/suggest?${new URLSearchParams({ q: query, ...options })}`;
    if (!this.suggested.has(path)) {
      const found = await this.call(path, { signal });
      this.suggested.set(path, found.suggestions);
      if (this.suggested.size > KEPT_ANSWERS) this.suggested.delete(this.suggested.keys().next().value);
    }
    return this.suggested.get(path);
  }

  post(path, body, options = {}) {
    const headers = { "content-type": "application/json", ...options.headers };
    // What is sent is kept with the site that it came from.
    if (this.site) headers["precedent-site"] = encodeURIComponent(this.site);
    return this.call(path, { ...options, method: "POST", headers, body: JSON.stringify(body) });
  }

  async call(path, options) {
    let answer = await this.send(path, options, false);
    if (answer.status === 401 && this.identity) answer = await this.send(path, options, true);
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Failure(answer.status, body);
    return body;
  }

  async send(path, { signal, ...options }, renew) {
    const ended = AbortSignal.timeout(PATIENCE);
    const headers = { ...options.headers, ...(await this.authorization(renew)) };
    try {
      return await fetch(this.base + path, {
        ...options,
        headers,
        credentials: "omit",
        signal: signal ? AbortSignal.any([signal, ended]) : ended,
      });
    } catch (error) {
      throw signal && signal.aborted ? error : new Failure(0);
    }
  }

  async authorization(renew) {
    if (!this.identity) return {};
    if (renew || !this.token) this.token = await this.identity();
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }
}
