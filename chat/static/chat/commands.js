// Blocks of code in an answer: what Copy copies, and whether a source holds them word for word.
import { copyFrom } from "./clipboard.js";
import { el } from "./dom.js";
import { word } from "./words.js";

const PROMPT = /^\s*\$ /;

/** The commands without their `$` and their output; code without prompts as it is. */
export function runnable(code) {
  const lines = code.split("\n");
  if (!lines.some((line) => PROMPT.test(line))) return code;
  const kept = lines.filter((line, i) => PROMPT.test(line) || continuation(lines, i));
  return kept.map((line) => line.replace(PROMPT, "")).join("\n");
}

/** A line that the command above it runs on to, by a backslash. */
function continuation(lines, i) {
  if (i === 0 || !lines[i - 1].endsWith("\\")) return false;
  return PROMPT.test(lines[i - 1]) || continuation(lines, i - 1);
}

/** The number of the first source that holds all these lines together, or null. */
export function sourceOf(code, sources) {
  const wanted = bare(code);
  const found = sources.find(({ citation }) => bare(citation.quote).includes(wanted));
  return found?.number ?? null;
}

function bare(text) {
  const lines = text.split("\n").map((line) => line.trim());
  return `\n${lines.filter(Boolean).join("\n")}\n`;
}

/** The block with its Copy button and, when `sources` is given, where it comes from. */
export function commandBlock(code, pre, sources) {
  const copy = el("button", { class: "tool copy", type: "button", "aria-label": word("copy_command") }, word("copy"));
  copy.addEventListener("click", () => copyFrom(copy, runnable(code)));
  const block = el("div", { class: "command" }, pre, copy);
  if (sources === null) return block;
  const number = sourceOf(code, sources);
  const says = number === null ? word("not_verbatim") : word("verbatim", { n: number });
  block.append(el("p", { class: number === null ? "provenance warning" : "provenance" }, says));
  return block;
}
