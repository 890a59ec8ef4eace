// Markdown within a paragraph: emphasis, code, links, references. Nodes hold offsets, not text.

const LINK = /\[([^[\]]{0,500})\]\(([^()\s]{1,2000})(?:\s+"[^"]{0,500}")?\)/y;
// A site generator's own address: `[Title]({{< ref "page.md" >}})`, `[Title]({% link page.md %})`. It leads nowhere here.
const SHORTCODE = /\[([^[\]]{0,500})\]\(\{[{%][^{}()\n]{0,500}[%}]\}[^()\s]{0,200}\)/y;
const IMAGE = /!\[([^[\]]{0,500})\]\([^()\s]{1,2000}(?:\s+"[^"]{0,500}")?\)/y;
const REFERENCE = /\[(\d{1,3})\](?![(:])/y;
const AFTER_ANOTHER = /\[\d{1,3}\]$/;
const POINTED = /<(https?:\/\/[^\s<>]{1,2000})>/y;
const BARE = /https?:\/\/[^\s<>"'`|\])]{1,2000}/y;
const BREAK = /<br\s*\/?>/iy;
// What a renderer of Markdown would not show. Any other `<name>` is a word, such as `<pod>`.
const TAG = /<\/?(?:a|abbr|b|big|center|del|details|div|em|font|i|img|input|ins|kbd|label|li|mark|ol|p|s|small|span|strong|sub|summary|sup|tt|u|ul)(?:\s[^<>]{0,300})?\/?>/iy;
const ATTRIBUTES = /\{:[^{}\n]{0,200}\}/y;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
const WORD = /[\p{L}\p{N}]/u;
const SPECIAL = new Set("\\`*_~![<{h");
const DEEPEST = 8;

/**
 * The nodes of `text[from, to)`: `{type, from, to}` with, by type, `children`, `href`, `number`.
 * Types: text, code, strong, emphasis, strike, link, reference, break, unseen. `barren` remembers where
 * each mark has no closing one, so that no stretch is searched twice: hostile text stays linear.
 */
export function inline(text, from = 0, to = text.length, depth = 0, barren = new Map()) {
  const nodes = [];
  let plain = from;
  let at = from;
  while (at < to) {
    const node = SPECIAL.has(text[at]) ? special(text, at, to, depth, barren) : null;
    if (node === null) {
      at += 1;
      continue;
    }
    if (plain < at) nodes.push({ type: "text", from: plain, to: at });
    nodes.push(node);
    at = plain = node.end;
  }
  if (plain < to) nodes.push({ type: "text", from: plain, to });
  return nodes;
}

function special(text, at, to, depth, barren) {
  switch (text[at]) {
    case "\\":
      return escaped(text, at, to);
    case "`":
      return code(text, at, to);
    case "!":
      return image(text, at, to);
    case "[":
      return reference(text, at, to) ?? link(text, at, to, depth, barren);
    case "<":
      return unseen(TAG, text, at, to) ?? pointed(text, at, to);
    case "{":
      return unseen(ATTRIBUTES, text, at, to);
    case "h":
      return bare(text, at, to);
    default:
      return depth < DEEPEST ? emphasis(text, at, to, depth, barren) : null;
  }
}

function match(pattern, text, at, to) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found && pattern.lastIndex <= to ? found : null;
}

function unseen(pattern, text, at, to) {
  const found = match(pattern, text, at, to);
  return found && { type: "unseen", end: at + found[0].length };
}

function escaped(text, at, to) {
  if (at + 1 >= to || !PUNCTUATION.test(text[at + 1])) return null;
  return { type: "text", from: at + 1, to: at + 2, end: at + 2 };
}

function code(text, at, to) {
  let open = at;
  while (open < to && text[open] === "`") open += 1;
  const fence = text.slice(at, open);
  let close = text.indexOf(fence, open);
  while (close !== -1 && close + fence.length <= to) {
    let after = close + fence.length;
    if (text[after] !== "`") return codeNode(text, open, close, after);
    while (text[after] === "`") after += 1;
    close = text.indexOf(fence, after);
  }
  // No closing run: the whole run is plain, so that it isn't tried again mark by mark.
  return { type: "text", from: at, to: open, end: open };
}

function codeNode(text, from, to, end) {
  const padded = to - from > 2 && text[from] === " " && text[to - 1] === " ";
  return { type: "code", from: padded ? from + 1 : from, to: padded ? to - 1 : to, end };
}

function image(text, at, to) {
  const found = match(IMAGE, text, at, to);
  if (!found) return null;
  return { type: "text", from: at + 2, to: at + 2 + found[1].length, end: at + found[0].length };
}

/** Not the end of a document's own `[words][1]`; but of ours, one may follow another: `[1][2]`. */
function reference(text, at, to) {
  if (text[at - 1] === "]" && !AFTER_ANOTHER.test(text.slice(Math.max(0, at - 5), at))) return null;
  const found = match(REFERENCE, text, at, to);
  if (!found) return null;
  const end = at + found[0].length;
  return { type: "reference", number: Number(found[1]), from: at, to: end, end };
}

function link(text, at, to, depth, barren) {
  const named = match(SHORTCODE, text, at, to);
  if (named) return { type: "text", from: at + 1, to: at + 1 + named[1].length, end: at + named[0].length };
  const found = match(LINK, text, at, to);
  if (!found || depth >= DEEPEST) return null;
  const close = at + 1 + found[1].length;
  const children = inline(text, at + 1, close, depth + 1, barren);
  return { type: "link", href: found[2], children, end: at + found[0].length };
}

function pointed(text, at, to) {
  const line = match(BREAK, text, at, to);
  if (line) return { type: "break", end: at + line[0].length };
  const found = match(POINTED, text, at, to);
  if (!found) return null;
  const children = [{ type: "text", from: at + 1, to: at + 1 + found[1].length }];
  return { type: "link", href: found[1], children, end: at + found[0].length };
}

function bare(text, at, to) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  const found = match(BARE, text, at, to);
  if (!found) return null;
  const href = found[0].replace(/[.,;:!?*_~]+$/, "");
  const end = at + href.length;
  return { type: "link", href, children: [{ type: "text", from: at, to: end }], end };
}

function emphasis(text, at, to, depth, barren) {
  const mark = text[at];
  const double = text[at + 1] === mark;
  if (mark === "~" && !double) return null;
  const size = double ? 2 : 1;
  const from = at + size;
  if (from >= to || /\s/.test(text[from])) return null;
  if (mark === "_" && at > 0 && WORD.test(text[at - 1])) return null;
  const close = closing(text, mark.repeat(size), from, to, barren);
  if (close === -1) return null;
  const type = mark === "~" ? "strike" : double ? "strong" : "emphasis";
  return { type, children: inline(text, from, close, depth + 1, barren), end: close + size };
}

function closing(text, delimiter, from, to, barren) {
  const mark = delimiter[0];
  const searched = barren.get(delimiter);
  const known = searched && searched.from <= from && from < searched.to;
  for (let at = known ? searched.to : from + 1; at + delimiter.length <= to; at += 1) {
    if (text[at] !== mark || !text.startsWith(delimiter, at)) continue;
    const after = text[at + delimiter.length] ?? " ";
    const alone = delimiter.length === 2 || (after !== mark && text[at - 1] !== mark);
    const inside = mark === "_" && WORD.test(after);
    if (alone && !inside && !/\s/.test(text[at - 1])) return at;
  }
  barren.set(delimiter, { from: known ? searched.from : from, to: Math.max(known ? searched.to : from + 1, to - delimiter.length + 1) });
  return -1;
}
