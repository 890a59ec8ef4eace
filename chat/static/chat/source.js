// Draws a document as one version holds it, with the cited passage marked.
import { el } from "./dom.js";
import { request } from "./failure.js";
import { languageOf } from "./language.js";
import { Drawing } from "./markdown/drawing.js";
import { around, locate } from "./passage.js";
import { has, word } from "./words.js";

/** The address of the plain data, which works without JavaScript. */
export function dataAddress(path, version) {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return `/api/sources/${encoded}${version ? `?version=${version}` : ""}`;
}

/**
 * Reads `{document, quote, section}` at `version` and draws it into `place`.
 * Returns what was read, or null when that failed (then `place` says why, and shows the quote).
 */
export async function showSource(place, { document: path, quote, section }, version, signal) {
  place.replaceChildren(el("p", { class: "quiet" }, word("loading")));
  let held;
  try {
    held = await (await request(dataAddress(path, version), { signal })).json();
  } catch (error) {
    if (error.name === "AbortError") return null;
    place.replaceChildren(...missing(error, quote, version));
    return null;
  }
  place.replaceChildren(...drawn(held, quote, section));
  return held;
}

function drawn(held, quote, section) {
  const found = quote ? locate(held.body, quote, section) : null;
  const { text, mark, whole } = around(held.body, found);
  const lost = quote && !found ? quoted(word("not_found_quote"), quote) : [];
  return [
    ...lost,
    whole ? null : el("p", { class: "quiet" }, word("excerpt")),
    el("div", { class: "prose", lang: languageOf(text) }, new Drawing({ mark }).draw(text)),
  ].filter(Boolean);
}

function missing(error, quote, version) {
  const key = error.status === 401 ? "source_login" : `gone_${error.status}`;
  const says = has(key) ? word(key, { version }) : `${word("source_failed")} ${quote ? word("quoted") : ""}`;
  return quoted(says, quote);
}

function quoted(says, quote) {
  const passage = quote && el("blockquote", { class: "prose", lang: languageOf(quote) }, new Drawing().draw(quote));
  return [el("p", { role: "alert" }, says), passage].filter(Boolean);
}
