// The conversations of before, on the empty page: each goes on by a click, and all can be forgotten.
import { time } from "./clock.js";
import { earlier } from "./earlier.js";
import { el } from "./dom.js";
import { languageOf } from "./language.js";
import { word } from "./words.js";

const SHOWN = 5;

export class EarlierList {
  /** `actions`: resume(conversation), forget(). */
  constructor(element, { resume, forget }) {
    this.element = element;
    this.list = element.querySelector("ul");
    this.resume = resume;
    element.querySelector("button").addEventListener("click", forget);
  }

  /** Draws them anew, but for the one that is on the page. */
  show(current) {
    const others = earlier().filter((each) => each.id !== current);
    this.list.replaceChildren(...others.slice(0, SHOWN).map((each) => this.item(each)));
    this.element.hidden = others.length === 0;
  }

  item(conversation) {
    const { question } = conversation.exchanges[0];
    const at = time(new Date(conversation.exchanges.at(-1).at));
    const button = el(
      "button",
      { class: "suggestion", type: "button", onclick: () => this.resume(conversation) },
      el("span", { class: "cut", lang: languageOf(question) }, question),
      el("span", { class: "when" }, at),
    );
    return el("li", {}, button);
  }
}
