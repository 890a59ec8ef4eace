// One question on its way: feeds what comes into its exchange, until it ends, fails or is stopped.
import { announce, announceAnswer } from "./announce.js";
import { ask } from "./stream.js";
import { counted, word } from "./words.js";

const KEPT = ["answer", "citations", "nearest", "unsupported", "fallback", "read_as", "confidence", "version", "slot", "generator", "retrieval"];

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

  finish({ answered, ...done }) {
    const kept = Object.fromEntries(KEPT.filter((name) => name in done).map((name) => [name, done[name]]));
    Object.assign(this.exchange, kept, { state: answered ? "answered" : "abstained" });
  }

  fail(error) {
    if (error.name === "AbortError") {
      this.exchange.state = "stopped";
      return;
    }
    this.exchange.state = "failed";
    // What came without its sources is not shown: an answer never stands unsourced.
    if (this.exchange.citations.length === 0) this.exchange.answer = "";
    const { code: told = "page", detail = String(error), status = 0, retryAfter = null } = error;
    const code = status === 0 && !navigator.onLine ? "offline" : told;
    this.exchange.failure = { code, detail, status, retryAfter };
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
