// Draws the text of one answer: its chips, its commands, and which sources it cites.
import { chip, Numbering } from "./citations.js";
import { commandBlock } from "./commands.js";
import { el } from "./dom.js";
import { languageOf } from "./language.js";
import { Drawing } from "./markdown/drawing.js";

/**
 * Draws the exchange's answer into `place` and returns the sources that it cites, numbered.
 * Of a text that isn't whole nothing is said about where its commands come from.
 */
export function drawAnswer(place, { state, answer, citations, version, unsupported = [] }, open) {
  const whole = state === "answered";
  const numbering = new Numbering(citations, version);
  const blocks = [];
  const reference = (n) => {
    const source = numbering.take(n);
    return source && chip(source, open);
  };
  const command = (code, language, pre) => {
    const slot = el("div");
    blocks.push({ slot, code, pre });
    return slot;
  };
  place.replaceChildren(new Drawing({ marks: ranges(answer, unsupported), reference, command }).draw(answer));
  if (whole && numbering.sources.length === 0) citeAll(place, numbering, open);
  const sources = numbering.sources;
  for (const { slot, code, pre } of blocks) {
    const block = commandBlock(code, pre, whole ? sources : null);
    slot.replaceWith(block);
    takeChips(block);
  }
  place.lang = languageOf(answer) ?? "";
  return sources;
}

/** Where each of these sentences stands in the text, in order; one that is not there is left out. */
function ranges(text, sentences) {
  let from = 0;
  return sentences.flatMap((sentence) => {
    const at = text.indexOf(sentence, from);
    if (at === -1) return [];
    from = at + sentence.length;
    return [[at, from]];
  });
}

/** A number cannot stand in code, so it comes after: it joins the line under its block. */
function takeChips(block) {
  const next = block.nextElementSibling;
  const chips = [...(next?.tagName === "P" ? next.childNodes : [])];
  const alone = chips.length > 0 && chips.every((node) => node.className === "chip" || node.textContent.trim() === "");
  if (!alone) return;
  if (!block.querySelector(".provenance")) block.append(el("p", { class: "provenance" }));
  block.querySelector(".provenance").append(" ", ...chips);
  next.remove();
}

/** A text without references rests on all that was cited: their chips stand at its end. */
function citeAll(place, numbering, open) {
  numbering.takeAll();
  const end = place.lastElementChild;
  const chips = numbering.sources.map((source) => chip(source, open));
  if (end?.tagName === "P") end.append("\u00a0", ...chips);
  else if (chips.length) place.append(el("p", {}, chips));
}
