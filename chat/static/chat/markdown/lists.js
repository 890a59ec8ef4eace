// Bulleted and numbered lists, nested by their indentation.
import { cut, isBlank } from "./blocks.js";

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(\s+|$)/;

/** The list that begins at line `i`, or null; `parse` reads what each item holds. */
export function listAt(lines, i, depth, parse) {
  const first = ITEM.exec(lines[i].text);
  if (!first || first[1].length > 3) return null;
  const items = [];
  let next = i;
  while (next < lines.length) {
    const found = ITEM.exec(lines[next].text);
    if (!found || found[1].length > 3 || kind(found[2]) !== kind(first[2])) break;
    const end = itemEnd(lines, next, indentOf(found));
    items.push(parse(dedented(lines, next, end, indentOf(found)), depth + 1));
    next = end;
  }
  const start = Number.parseInt(first[2], 10);
  return { block: { type: "list", ordered: !Number.isNaN(start), start, items }, next };
}

function kind(marker) {
  return /\d/.test(marker) ? marker.at(-1) : marker;
}

function indentOf([, before, marker, after]) {
  return before.length + marker.length + (after.length >= 1 && after.length <= 4 ? after.length : 1);
}

/** The first line after an item: lines that are indented, or that run a paragraph on, are in it. */
function itemEnd(lines, i, indent) {
  let end = i + 1;
  while (end < lines.length) {
    if (isBlank(lines[end])) {
      const after = nextText(lines, end);
      if (after === lines.length) return after;
      if (spaces(lines[after].text) < indent) return continues(lines[after]) ? after : end;
      end = after;
    } else if (spaces(lines[end].text) < indent && !runsOn(lines, end)) {
      return end;
    }
    end += 1;
  }
  return end;
}

function nextText(lines, i) {
  while (i < lines.length && isBlank(lines[i])) i += 1;
  return i;
}

function continues(line) {
  return ITEM.test(line.text);
}

function runsOn(lines, i) {
  const { text } = lines[i];
  return !isBlank(lines[i - 1]) && !ITEM.test(text) && !/^ {0,3}(#{1,6}\s|>|```|~~~|\|)/.test(text);
}

function spaces(text) {
  return /^[ \t]*/.exec(text)[0].replace(/\t/g, "    ").length;
}

function dedented(lines, i, end, indent) {
  const first = cut(lines[i], Math.min(indent, lines[i].text.length));
  const rest = lines.slice(i + 1, end).map((line) => cut(line, leading(line.text, indent)));
  return [first, ...rest];
}

/** How many characters of white space make up to `columns` columns. */
function leading(text, columns) {
  let width = 0;
  let n = 0;
  while (n < text.length && width < columns && /[ \t]/.test(text[n])) {
    width += text[n] === "\t" ? 4 : 1;
    n += 1;
  }
  return n;
}
