// One exchange on the page: the question, what was found, the answer, its sources and its end.
import { drawAnswer } from "./answer.js";
import { sourceLink, sourceList } from "./citations.js";
import { el } from "./dom.js";
import { ending } from "./ending.js";
import { gapReport } from "./feedback.js";
import { languageOf } from "./language.js";
import { reservations, slips } from "./reservations.js";
import { counted, word } from "./words.js";

const SILENCE = 10; // seconds without a byte before the page says that it still works

const named = ({ title, document }) => title || document;

export class ExchangeView {
  /** `actions`: open(citation, version, link), again(question), retry(exchange), said(). */
  constructor(exchange, actions) {
    this.exchange = exchange;
    this.actions = actions;
    this.open = actions.open;
    const id = `question-${exchange.id}`;
    this.question = el("h2", { class: "question", id, tabindex: "-1" }, exchange.question);
    this.read = el("div", { class: "read-as" });
    this.found = el("p", { class: "found", hidden: true });
    this.progress = el("p", { class: "progress", hidden: true });
    this.answer = el("div", { class: "answer prose" });
    this.end = el("div", { class: "end" });
    this.element = el(
      "article",
      { class: "exchange", "aria-labelledby": id },
      this.question, this.read, this.found, this.progress, this.answer, this.end,
    );
    this.show();
  }

  /** Draws the exchange as it stands. */
  show() {
    const { state } = this.exchange;
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", String(state === "asking"));
    this.read.replaceChildren(...slips(this.exchange.read_as));
    this.showFound();
    this.watchSilence(state === "asking");
    if (state === "asking") {
      this.showText();
      return;
    }
    const sources = state === "abstained" ? this.showAbstention() : this.showAnswer();
    this.end.replaceChildren(...sources, ...ending(this.exchange, this.actions));
  }

  /** The titles come before any word of the answer, and stay above it. */
  showFound() {
    const { found = [], version, state } = this.exchange;
    const titles = new Map();
    for (const each of found) if (!titles.has(named(each))) titles.set(named(each), each);
    this.found.hidden = titles.size === 0 || state === "abstained";
    this.found.replaceChildren(
      el("span", { class: "label" }, word("found_in")),
      ...[...titles].map(([title, citation]) => sourceLink(citation, version, this.open, { class: "found-title" }, title)),
    );
  }

  /** Redraws the text that has come, once a frame at most. */
  textCame() {
    this.heard = performance.now();
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      if (this.exchange.state === "asking") this.showText();
    });
  }

  showText() {
    drawAnswer(this.answer, this.exchange, this.open);
    this.tick();
  }

  showAbstention() {
    const { answer, version, nearest = [] } = this.exchange;
    this.answer.lang = languageOf(answer) ?? "";
    this.answer.replaceChildren(el("p", { class: "abstention" }, answer || word("abstained")));
    const report = gapReport(this.exchange, this.actions.said);
    if (nearest.length === 0) return [report];
    const passages = nearest.slice(0, 3).map((citation) => ({ citation, version }));
    return [el("h3", { class: "label" }, word("closest")), sourceList(passages, this.open), report];
  }

  showAnswer() {
    const sources = drawAnswer(this.answer, this.exchange, this.open);
    const told = this.exchange.state === "answered" ? reservations(this.exchange, this.answer) : [];
    if (sources.length === 0) return told;
    return [...told, el("h3", { class: "label" }, word("sources", { n: sources.length })), sourceList(sources, this.open)];
  }

  watchSilence(on) {
    clearInterval(this.silence);
    this.progress.hidden = !on;
    if (!on) return;
    this.heard = performance.now();
    this.began = performance.now();
    this.silence = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  tick() {
    const now = performance.now();
    const silent = (now - this.heard) / 1000 >= SILENCE;
    const { answer, found } = this.exchange;
    let text = answer === "" ? word("searching") : "";
    if (found && answer === "") text = counted("found", found.length);
    if (silent) text = word("still", { n: Math.floor((now - this.began) / 1000) });
    this.progress.hidden = text === "";
    if (this.progress.textContent !== text) this.progress.textContent = text;
  }
}
