// Finds a passage in its document, and the part of a long document to show around it.

const SHOWN = 60_000; // characters: more would make the page slow to draw

/** `[from, to)` of the quote in `body`: word for word, at least but for white space; or null. */
export function locate(body, quote, section = "") {
  const from = sectionStart(body, section);
  for (const start of [from, 0]) {
    const exact = body.indexOf(quote, start);
    if (exact !== -1) return [exact, exact + quote.length];
  }
  return spaced(body, quote);
}

/** Where the last heading of `A > B` stands: the same words may be in another section too. */
function sectionStart(body, section) {
  const heading = section.split(" > ").at(-1);
  if (!heading) return 0;
  const found = new RegExp(`^#{1,6}[ \\t]+${escaped(heading)}`, "m").exec(body);
  return found ? found.index : 0;
}

function spaced(body, quote) {
  const parts = quote.trim().split(/\s+/);
  if (parts[0] === "" || parts.length > 2000) return null;
  const found = new RegExp(parts.map(escaped).join("\\s+")).exec(body);
  return found ? [found.index, found.index + found[0].length] : null;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** `{text, mark, whole}`: the document, or the lines of it around the passage. */
export function around(body, mark) {
  if (body.length <= SHOWN) return { text: body, mark, whole: true };
  const middle = mark ? mark[0] : 0;
  const near = Math.max(0, middle - SHOWN / 4);
  const from = near === 0 ? 0 : body.lastIndexOf("\n", near) + 1 || near;
  const text = body.slice(from, from + SHOWN);
  return { text, mark: mark && [mark[0] - from, mark[1] - from], whole: false };
}
