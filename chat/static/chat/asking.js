// One question on its way: feeds what comes into its exchange, until it ends, fails or is stopped.
import { announce, announceAnswer } from "./announce.js";
import { nearMisses } from "./near.js";
import { ask } from "./stream.js";
import { counted, word } from "./words.js";

export class Asking {
  constructor(exchange, view, conversation) {
    Object.assign(this, { exchange, view, conversation });
    this.control = new AbortController();
  }

  stop() {
    this.control.abort();
  }

  /** Returns once the exchange has an end; it never throws for what the network or the API does. */
  async run(history) {
    const began = performance.now();
    try {
      for await (const { event, data } of ask(this.exchange.question, history, this.control.signal)) {
        this.take(event, data);
      }
    } catch (error) {
      this.fail(error);
    }
    this.exchange.seconds = (performance.now() - began) / 1000;
    this.conversation.save();
    this.view.show();
    this.tell();
    if (this.exchange.state === "abstained") await this.showNear();
  }

  take(event, data) {
    if (event === "version") this.exchange.version = data;
    if (event === "citations") this.cite(data);
    if (event === "token") this.exchange.answer += data.text;
    if (event === "done") this.finish(data);
    else this.view.textCame();
  }

  /** Comes again when the text cites in another order: what was found is told once. */
  cite(citations) {
    this.exchange.citations = citations;
    if (this.exchange.found || citations.length === 0) return;
    this.exchange.found = citations;
    this.view.showFound();
    announce(counted("found", citations.length));
  }

  finish({ answer, answered, citations, version, slot, generator, retrieval }) {
    const state = answered ? "answered" : "abstained";
    Object.assign(this.exchange, { state, answer, citations, version, slot, generator, retrieval });
  }

  fail(error) {
    if (error.name === "AbortError") {
      this.exchange.state = "stopped";
      return;
    }
    this.exchange.state = "failed";
    // What came without its sources is not shown: an answer never stands unsourced.
    if (this.exchange.citations.length === 0) this.exchange.answer = "";
    const { code = "page", detail = String(error), status = 0, retryAfter = null } = error;
    this.exchange.failure = { code, detail, status, retryAfter };
  }

  async showNear() {
    const { citations, version, question } = this.exchange;
    const cited = citations.map((citation) => ({ ...citation, version }));
    this.exchange.near = cited.length ? cited.slice(0, 3) : await nearMisses(question, this.control.signal);
    this.conversation.save();
    this.view.show();
  }

  tell() {
    const { state, answer } = this.exchange;
    if (state === "stopped") announce(word("stopped"));
    if (state === "answered" || state === "abstained") {
      announce(word(state === "answered" ? "answer_ready" : "abstained"));
      announceAnswer(answer.replace(/\s*\[\d{1,3}\]/g, ""));
    }
  }
}
