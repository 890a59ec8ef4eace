// What the page says before the first question: what it knows, or what to do first.
import { el } from "./dom.js";
import { request } from "./failure.js";
import { languageOf } from "./language.js";
import { counted, word } from "./words.js";

function knows(documents) {
  return Number.isInteger(documents) ? counted("knows", documents) : word("knows");
}

export class Welcome {
  constructor(element, ask) {
    this.element = element;
    this.ask = ask;
    this.knows = element.querySelector("#knows");
    this.steps = element.querySelector("#first-steps");
    this.suggestions = element.querySelector("#suggestions");
  }

  /** Follows what is served; the page wakes up by itself when the first version is. */
  show({ state, version, documents }) {
    if (state === "unknown" || state === "down") return;
    const empty = state === "none" || documents === 0;
    this.steps.hidden = !empty;
    this.knows.textContent = empty ? word("empty_title") : knows(documents);
    if (empty) this.suggestions.hidden = true;
    else if (version !== this.suggested) this.suggest(version);
  }

  async suggest(version) {
    this.suggested = version;
    try {
      const { questions } = await (await request("/api/suggestions")).json();
      this.draw(questions.slice(0, 3));
    } catch {
      this.suggestions.hidden = true; // examples are a help: the page works without
    }
  }

  draw(questions) {
    const items = questions.map((question) => {
      const button = el("button", { class: "suggestion", type: "button", lang: languageOf(question) }, question);
      button.addEventListener("click", () => this.ask(question));
      return el("li", {}, button);
    });
    this.suggestions.querySelector("ul").replaceChildren(...items);
    this.suggestions.hidden = items.length === 0;
  }
}
