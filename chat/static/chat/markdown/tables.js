// Tables with a header row and a row of dashes, as GitHub writes them.
import { cut, isBlank } from "./blocks.js";

const DASHES = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The table that begins at line `i`, or null. Cells are lines, so that they can be marked. */
export function tableAt(lines, i) {
  if (!lines[i].text.includes("|") || i + 1 >= lines.length) return null;
  if (!lines[i + 1].text.includes("-") || !DASHES.test(lines[i + 1].text)) return null;
  const head = cells(lines[i]);
  const rows = [];
  let next = i + 2;
  while (next < lines.length && !isBlank(lines[next]) && lines[next].text.includes("|")) {
    rows.push(cells(lines[next]).slice(0, head.length));
    next += 1;
  }
  return { block: { type: "table", head, rows }, next };
}

function cells(line) {
  const found = [];
  let from = 0;
  for (let at = 0; at <= line.text.length; at += 1) {
    const ends = at === line.text.length || (line.text[at] === "|" && line.text[at - 1] !== "\\");
    if (!ends) continue;
    found.push(trimmed(line, from, at));
    from = at + 1;
  }
  if (found[0].text === "") found.shift();
  if (found.at(-1)?.text === "") found.pop();
  return found;
}

function trimmed(line, from, to) {
  const cell = cut({ text: line.text.slice(0, to), at: line.at }, from);
  const space = /^\s*/.exec(cell.text)[0].length;
  const inner = cut(cell, space);
  return { text: inner.text.trimEnd(), at: inner.at };
}
