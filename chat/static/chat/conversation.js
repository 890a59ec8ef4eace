// The questions and answers of this tab: kept over a reload, sent along with a follow-up, and
// remembered in this browser once the tab is gone.
import { remember } from "./earlier.js";
import { keep, recall } from "./storage.js";

const KEY = "conversation";
const REMEMBERED = 6; // exchanges that go along with a follow-up
const LONGEST = 4000; // characters of each text that goes along

export class Conversation {
  constructor() {
    Object.assign(this, read() ?? blank());
  }

  /** A new exchange, kept at once: a reload while it is asked must not lose the question. */
  open(question) {
    const id = (this.exchanges.at(-1)?.id ?? 0) + 1;
    const exchange = { id, question, state: "asking", answer: "", citations: [], at: Date.now() };
    this.exchanges.push(exchange);
    this.save();
    return exchange;
  }

  remove(exchange) {
    this.exchanges = this.exchanges.filter((each) => each !== exchange);
    this.save();
  }

  /** Begins another one, or goes on with one from before; what was here stays remembered. */
  begin(earlier = blank()) {
    Object.assign(this, earlier);
    this.save();
  }

  save() {
    const { id, exchanges } = this;
    keep(() => sessionStorage, KEY, JSON.stringify({ id, exchanges }));
    remember({ id, exchanges });
  }

  /** What the answering side is told of what was said before. */
  history() {
    const whole = this.exchanges.filter((each) => ["answered", "abstained"].includes(each.state));
    return whole.slice(-REMEMBERED).flatMap((each) => [
      { role: "user", text: each.question.slice(0, LONGEST) },
      { role: "assistant", text: each.answer.slice(0, LONGEST) },
    ]);
  }

  /** The last exchange that was answered or abstained from, or undefined. */
  lastAnswered() {
    return this.exchanges.findLast((each) => ["answered", "abstained"].includes(each.state));
  }
}

function blank() {
  return { id: Date.now(), exchanges: [] };
}

function read() {
  try {
    const { id, exchanges } = JSON.parse(recall(() => sessionStorage, KEY));
    return { id, exchanges: exchanges.map((each) => (each.state === "asking" ? interrupted(each) : each)) };
  } catch {
    return null;
  }
}

/** The page was left while this was asked: no one knows how the answer would have ended. */
function interrupted(exchange) {
  return { ...exchange, state: "failed", answer: "", citations: [], failure: { code: "interrupted" } };
}
