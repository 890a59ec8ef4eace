// Notices above the composer: at most one of each kind, nothing that covers what is read.
import { el } from "./dom.js";
import { word } from "./words.js";

export class Notices {
  constructor(place) {
    this.place = place;
    this.shown = new Map();
  }

  /** Shows or rewrites the notice of this kind; `actions` are `[label, act]`; it may be dismissed. */
  show(kind, text, { actions = [], dismissible = false } = {}) {
    const buttons = actions.map(([label, act]) => el("button", { class: "tool", type: "button", onclick: act }, label));
    if (dismissible) buttons.push(this.dismissal(kind));
    const notice = el("div", { class: "notice", "data-kind": kind }, el("p", {}, text), ...buttons);
    const before = this.shown.get(kind);
    if (before) before.replaceWith(notice);
    else this.place.append(notice);
    this.shown.set(kind, notice);
  }

  has(kind) {
    return this.shown.has(kind);
  }

  remove(kind) {
    this.shown.get(kind)?.remove();
    this.shown.delete(kind);
  }

  dismissal(kind) {
    return el("button", { class: "tool", type: "button", onclick: () => this.remove(kind) }, word("dismiss"));
  }
}
