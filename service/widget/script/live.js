// What changed, said to those who do not see it. Two regions in turn: the same sentence twice is read twice.

// Shorter, and screen readers lose it among the echoes of typing (alphagov/accessible-autocomplete).
const SILENCE = 1400;

export class Live {
  constructor() {
    this.regions = [0, 1].map(() => make("div", { role: "status", "aria-live": "polite", "aria-atomic": "true" }));
    this.node = make("div", { class: "hidden" }, this.regions);
    this.turn = 0;
  }

  say(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.turn = 1 - this.turn;
      this.regions[this.turn].textContent = text;
      this.regions[1 - this.turn].textContent = "";
    }, SILENCE);
  }

  stop() {
    clearTimeout(this.timer);
  }
}
