// Citations: their numbers, the chips in the text, the list under the answer.
import { el } from "./dom.js";
import { age, warning } from "./freshness.js";
import { languageOf } from "./language.js";
import { Drawing } from "./markdown/drawing.js";
import { word } from "./words.js";

const WHOLE = 700; // characters of a quote that its address holds whole
const END = 300;

/** Numbers 1..n in order of appearance; the same passage keeps its number. */
export class Numbering {
  constructor(citations, version) {
    this.citations = citations;
    this.version = version;
    this.numbers = new Map();
  }

  /** What the text's `[n]` stands for: `{number, citation, version}`, or null when there is no such source. */
  take(n) {
    const citation = this.citations[n - 1];
    if (!citation) return null;
    const id = identity(citation);
    if (!this.numbers.has(id)) this.numbers.set(id, { number: this.numbers.size + 1, citation, version: this.version });
    return this.numbers.get(id);
  }

  takeAll() {
    this.citations.forEach((_, i) => this.take(i + 1));
  }

  /** The cited ones, in the order of their numbers. */
  get sources() {
    return [...this.numbers.values()];
  }
}

function identity({ document, revision, section, quote }) {
  return JSON.stringify([document, revision, section, quote]);
}

/** The page of the document at that version, with the passage marked; it needs no JavaScript. */
export function sourceAddress({ document, revision, section, quote }, version) {
  const path = document.split("/").map(encodeURIComponent).join("/");
  const named = { version, revision, section, ...ends(quote) };
  const given = Object.entries(named).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `/source/${path}?${new URLSearchParams(given)}#passage`;
}

/** A long quote by its first and last words: proxies refuse long addresses. */
function ends(quote) {
  if (quote.length <= WHOLE) return { quote };
  const [first, last] = [quote.slice(0, END), quote.slice(-END)];
  return { quote: first.slice(0, first.search(/\S*$/)) || first, until: last.slice(last.search(/\s/) + 1) };
}

/** A link to the passage; a plain click calls `open(citation, version, link)` instead of leaving the page. */
export function sourceLink(citation, version, open, properties, ...children) {
  const link = el("a", { href: sourceAddress(citation, version), ...properties }, ...children);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(citation, version, link);
  });
  return link;
}

export function chip({ number, citation, version }, open) {
  const label = word("source_n", { n: number, title: named(citation) });
  return sourceLink(citation, version, open, { class: "chip", "aria-label": label, title: named(citation) }, String(number));
}

/** The list under an answer; without numbers (near misses), cards. */
export function sourceList(sources, open) {
  return el("ol", { class: "source-list" }, sources.map((source) => sourceItem(source, open)));
}

function sourceItem({ number, citation, version }, open) {
  const title = sourceLink(citation, version, open, { class: "source-title" }, citation.title || citation.document);
  return el(
    "li",
    { class: "source" },
    number === undefined ? null : el("span", { class: "source-number", "aria-hidden": "true" }, String(number)),
    el(
      "div",
      { class: "source-text" },
      title,
      el("p", { class: "source-place" }, place(citation)),
      number === undefined ? age(citation) : null,
      warning(citation),
      el("blockquote", { lang: languageOf(citation.quote) }, new Drawing({ below: 3 }).draw(withoutHeadings(citation.quote))),
    ),
  );
}

/** Its place names the headings already, and few lines are shown. */
function withoutHeadings(quote) {
  return quote.replace(/^(?:\s*#{1,6} .*(?:\n|$)|\s*\n)+/, "") || quote;
}

/** `ops/intro.md › AIOps › Support`. */
function place({ document, section }) {
  return [document, ...(section ? section.split(" > ") : [])].join(" › ");
}

function named({ title, document, section }) {
  return section ? `${title || document}, ${section}` : title || document;
}
