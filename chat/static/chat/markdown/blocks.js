// Markdown's blocks. A line is `{text, at}`: `at` is where its text begins in the whole source,
// so that a passage found there can be marked in what is drawn.
import { listAt } from "./lists.js";
import { tableAt } from "./tables.js";

const DEEPEST = 12;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+|$)/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const INDENTED = /^(?: {4}|\t)/;
const UNDERLINE = /^ {0,3}(=+|-{3,})\s*$/;

/** The blocks of a whole Markdown text. */
export function blocks(source) {
  const all = [];
  let at = 0;
  for (const text of source.split("\n")) {
    all.push({ text: text.replace(/\r$/, ""), at });
    at += text.length + 1;
  }
  const [front, rest] = frontMatter(all);
  return [...front, ...parse(rest, 0)];
}

function frontMatter(lines) {
  if (!/^---\s*$/.test(lines[0]?.text)) return [[], lines];
  const end = lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line.text));
  if (end < 2) return [[], lines];
  return [[{ type: "front", lines: lines.slice(1, end) }], lines.slice(end + 1)];
}

/** The blocks of `lines`; lists and quotes come back here with their marks taken off. */
export function parse(lines, depth) {
  const found = [];
  let i = 0;
  while (i < lines.length) {
    if (isBlank(lines[i])) {
      i += 1;
      continue;
    }
    const { block, next } = blockAt(lines, i, depth);
    if (block) found.push(block);
    i = next;
  }
  return found;
}

function blockAt(lines, i, depth) {
  return (
    commentAt(lines, i) ??
    fenceAt(lines, i) ??
    headingAt(lines, i) ??
    (RULE.test(lines[i].text) ? { block: { type: "rule" }, next: i + 1 } : null) ??
    (depth < DEEPEST ? quoteAt(lines, i, depth) ?? listAt(lines, i, depth, parse) : null) ??
    tableAt(lines, i) ??
    indentedAt(lines, i) ??
    paragraphAt(lines, i)
  );
}

export function isBlank(line) {
  return line.text.trim() === "";
}

/** The line without its first `n` characters. */
export function cut(line, n) {
  return { text: line.text.slice(n), at: line.at + n };
}

function commentAt(lines, i) {
  if (!/^\s*<!--/.test(lines[i].text)) return null;
  const end = lines.findIndex((line, j) => j >= i && /-->\s*$/.test(line.text));
  return end === -1 ? null : { block: null, next: end + 1 };
}

function fenceAt(lines, i) {
  const [, fence, info] = FENCE.exec(lines[i].text) ?? [];
  if (!fence) return null;
  const indent = /^ */.exec(lines[i].text)[0].length;
  const closes = (line) => {
    const text = line.text.trim();
    return text.length >= fence.length && text === fence[0].repeat(text.length);
  };
  let end = i + 1;
  while (end < lines.length && !closes(lines[end])) end += 1;
  const inside = lines.slice(i + 1, end).map((line) => outdent(line, indent));
  return { block: { type: "code", language: info.trim().split(/\s+/)[0], lines: inside }, next: end + 1 };
}

function outdent(line, columns) {
  const spaces = /^ */.exec(line.text)[0].length;
  return cut(line, Math.min(spaces, columns));
}

function headingAt(lines, i) {
  const found = HEADING.exec(lines[i].text);
  if (!found) return null;
  const line = cut(lines[i], found[0].length);
  line.text = line.text.replace(/\s+#+\s*$/, "");
  return { block: { type: "heading", level: found[1].length, lines: [line] }, next: i + 1 };
}

function quoteAt(lines, i, depth) {
  if (!QUOTE.test(lines[i].text)) return null;
  const inside = [];
  let next = i;
  while (next < lines.length && QUOTE.test(lines[next].text)) {
    inside.push(cut(lines[next], QUOTE.exec(lines[next].text)[0].length));
    next += 1;
  }
  return { block: { type: "quote", blocks: parse(inside, depth + 1) }, next };
}

function indentedAt(lines, i) {
  if (!INDENTED.test(lines[i].text)) return null;
  let next = i;
  while (next < lines.length && (INDENTED.test(lines[next].text) || isBlank(lines[next]))) next += 1;
  while (isBlank(lines[next - 1])) next -= 1;
  const inside = lines.slice(i, next).map((line) => cut(line, INDENTED.exec(line.text)?.[0].length ?? 0));
  return { block: { type: "code", language: "", lines: inside }, next };
}

function paragraphAt(lines, i) {
  let next = i + 1;
  while (next < lines.length && !isBlank(lines[next])) {
    const underline = UNDERLINE.exec(lines[next].text);
    if (underline) {
      const level = underline[1][0] === "=" ? 1 : 2;
      return { block: { type: "heading", level, lines: lines.slice(i, next) }, next: next + 1 };
    }
    if (interrupts(lines, next)) break;
    next += 1;
  }
  return { block: { type: "paragraph", lines: lines.slice(i, next) }, next };
}

function interrupts(lines, i) {
  const { text } = lines[i];
  return [FENCE, HEADING, RULE, QUOTE].some((each) => each.test(text)) || /^ {0,3}(?:[-*+]|1[.)])\s+\S/.test(text);
}
