// What must be said of a question and of an answer beside their text: as what it was read, who
// worded it after all, and what to doubt.
import { el } from "./dom.js";
import { counted, word } from "./words.js";

const DOUBTED = 0.5; // below it, the documents rather do not answer

export function reservations({ fallback, confidence = 1, unsupported = [] }, place) {
  const marked = place.querySelectorAll("mark.unsupported").length > 0;
  return [
    fallback ? told("fell_back", word("fell_back", { name: fallback.generator })) : null,
    unsupported.length && marked ? told("doubt", counted("unsupported", unsupported.length)) : null,
    confidence < DOUBTED ? told("doubt", word("doubted")) : null,
  ].filter(Boolean);
}

/** The misspelt words, and as what they were read. */
export function slips(read_as = []) {
  return read_as.map((slip) => el("p", {}, word("read_as", slip)));
}

function told(kind, text) {
  return el("p", { class: `reservation ${kind}` }, text);
}
