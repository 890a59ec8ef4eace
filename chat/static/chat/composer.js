// Where the question is written: Enter asks, the button stops while an answer comes.
import { announce } from "./announce.js";
import { keep, recall } from "./storage.js";
import { number, word } from "./words.js";

const LIMIT = 4000; // characters, as the API counts them: by code point

export class Composer {
  constructor(form, { ask, stop }) {
    this.form = form;
    this.area = form.querySelector("textarea");
    this.button = form.querySelector("button");
    this.hint = document.getElementById("question-hint");
    this.hintText = [...this.hint.childNodes];
    this.actions = { ask, stop };
    this.fine = matchMedia("(hover: hover) and (pointer: fine)");
    this.busy = false;
    this.wait = 0;
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    if (!this.area.value) this.area.value = recall(() => sessionStorage, "draft") ?? "";
    this.changed();
    if (this.fine.matches) this.focus();
  }

  get draft() {
    return this.area.value;
  }

  set draft(text) {
    this.area.value = text;
    this.changed();
  }

  focus() {
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
  }

  /** Enter that ends a composition (IME) chooses a word; it must not send. */
  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.busy) this.send();
  }

  submit(event) {
    event.preventDefault();
    if (this.busy) this.actions.stop();
    else this.send();
  }

  send() {
    const question = this.draft.trim();
    if (question === "" || this.tooLong() || this.wait > 0) return;
    this.draft = "";
    if (!this.fine.matches) this.area.blur(); // a phone's keyboard would cover the answer
    this.actions.ask(question);
  }

  /** While busy, the button stops the answer. */
  setBusy(busy) {
    this.busy = busy;
    this.label();
  }

  /** Counts down in the button until a question may be asked again; nothing is sent by itself. */
  limit(seconds, tick) {
    clearInterval(this.countdown);
    this.wait = seconds;
    tick(this.wait);
    this.countdown = setInterval(() => {
      this.wait -= 1;
      if (this.wait <= 0) clearInterval(this.countdown);
      this.label();
      tick(this.wait);
    }, 1000);
    this.label();
  }

  label() {
    const waiting = !this.busy && this.wait > 0;
    this.button.textContent = this.busy ? word("stop") : waiting ? `${word("ask")} (${this.wait})` : word("ask");
    this.button.dataset.busy = String(this.busy);
    this.button.disabled = waiting || (!this.busy && this.tooLong());
  }

  changed() {
    keep(() => sessionStorage, "draft", this.draft);
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
    const long = this.tooLong();
    if (long !== this.wasLong && long) announce(this.lengthText());
    if (long) this.hint.textContent = this.lengthText();
    else if (this.wasLong) this.hint.replaceChildren(...this.hintText);
    this.hint.dataset.long = String(long);
    this.wasLong = long;
    this.label();
  }

  lengthText() {
    return word("too_long", { n: number(length(this.draft)), limit: number(LIMIT) });
  }

  tooLong() {
    return length(this.draft.trim()) > LIMIT;
  }
}

function length(text) {
  return text.length <= LIMIT ? text.length : [...text].length;
}
