// Draws Markdown as elements, with text nodes alone, and marks parts of it.
import { el, webAddress } from "../dom.js";
import { blocks } from "./blocks.js";
import { word } from "../words.js";
import { inline } from "./inline.js";

const TAGS = { strong: "strong", emphasis: "em", strike: "s" };

export class Drawing {
  /**
   * @param marks each `[from, to)` in the source, in order, drawn inside <mark>
   * @param below the level of the heading that this stands under
   * @param reference (number) → element or null, for `[1]`; without it, `[1]` is plain text
   * @param command (code, language, element) → element, for a block of code
   */
  constructor({ marks = [], below = 2, reference = null, command = null } = {}) {
    Object.assign(this, { marks, below, reference, command });
  }

  draw(source) {
    const all = document.createDocumentFragment();
    all.append(...blocks(source).map((block) => this.block(block)));
    return all;
  }

  block(block) {
    switch (block.type) {
      case "heading":
        return el(`h${Math.min(6, this.below + block.level)}`, {}, this.text(block.lines));
      case "code":
        return this.code(block);
      case "front":
        return el("pre", { class: "front" }, el("code", {}, this.verbatim(block.lines)));
      case "quote":
        return el("blockquote", {}, block.blocks.map((each) => this.block(each)));
      case "list":
        return this.list(block);
      case "table":
        return this.table(block);
      case "rule":
        return el("hr");
      default:
        return el("p", {}, this.text(block.lines));
    }
  }

  list({ ordered, start, items }) {
    const rows = items.map((item) => el("li", {}, this.item(item)));
    return ordered ? el("ol", { start: start === 1 ? null : start }, rows) : el("ul", {}, rows);
  }

  /** An item's first paragraph stands in the item itself. */
  item([first, ...rest]) {
    if (first?.type !== "paragraph") return [first, ...rest].filter(Boolean).map((each) => this.block(each));
    return [...this.text(first.lines), ...rest.map((each) => this.block(each))];
  }

  table({ head, rows }) {
    const cell = (tag) => (line) => el(tag, {}, this.text([line]));
    const body = rows.map((row) => el("tr", {}, row.map(cell("td"))));
    const table = el("table", {}, el("thead", {}, el("tr", {}, head.map(cell("th")))), el("tbody", {}, body));
    return el("div", { class: "wide-table", tabindex: "0" }, table);
  }

  code({ language, lines }) {
    const pre = el("pre", { tabindex: "0" }, el("code", {}, this.verbatim(lines)));
    return this.command?.(lines.map((line) => line.text).join("\n"), language, pre) ?? pre;
  }

  verbatim(lines) {
    return lines.flatMap((line, i) => [
      ...this.piece(line.text, line.at),
      ...(i < lines.length - 1 ? this.piece("\n", line.at + line.text.length) : []),
    ]);
  }

  text(lines) {
    const paragraph = new Paragraph(lines);
    return this.nodes(inline(paragraph.text), paragraph);
  }

  nodes(nodes, paragraph) {
    const drawn = [];
    for (const node of nodes) {
      if (node.type === "reference" && this.reference) tie(drawn);
      drawn.push(...this.node(node, paragraph));
    }
    return drawn;
  }

  node(node, paragraph) {
    switch (node.type) {
      case "text":
        return this.run(node, paragraph);
      case "code":
        return [el("code", {}, this.run(node, paragraph))];
      case "unseen":
        return [];
      case "break":
        return [el("br")];
      case "reference":
        return this.reference ? [this.reference(node.number)].filter(Boolean) : this.run(node, paragraph);
      case "link":
        return this.link(node, paragraph);
      default:
        return [el(TAGS[node.type], {}, this.nodes(node.children, paragraph))];
    }
  }

  link({ href, children }, paragraph) {
    const inside = this.nodes(children, paragraph);
    const address = webAddress(href);
    return address ? [el("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, inside)] : inside;
  }

  run({ from, to }, paragraph) {
    return paragraph.pieces(from, to).flatMap(({ text, at }) => this.piece(text, at));
  }

  /** `text`, which begins at `at` in the source, with what lies in a mark marked. */
  piece(text, at) {
    const parts = [];
    let plain = 0;
    for (const [from, to] of this.marks) {
      const start = Math.min(Math.max(from - at, plain), text.length);
      const end = Math.min(Math.max(to - at, plain), text.length);
      if (start >= end) continue;
      parts.push(text.slice(plain, start), el("mark", { class: "unsupported", title: word("unsupported_here") }, text.slice(start, end)));
      plain = end;
    }
    return [...parts, text.slice(plain)].filter((part) => part !== "");
  }
}

/** A number stays on the line of the word before it. */
function tie(drawn) {
  const last = drawn.at(-1);
  if (typeof last === "string") drawn.push(drawn.pop().replace(/\s+$/, "\u00a0"));
  if (last?.tagName !== "MARK") return;
  last.textContent = last.textContent.trimEnd();
  drawn.push("\u00a0");
}

/** Lines joined to one text, which knows where each part of it came from. */
class Paragraph {
  constructor(lines) {
    this.lines = lines.map((line) => {
      const space = /^\s*/.exec(line.text)[0].length;
      return { text: line.text.slice(space).trimEnd(), at: line.at + space };
    });
    this.text = this.lines.map((line) => line.text).join("\n");
  }

  /** `[from, to)` of the joined text as pieces of the source; a line's end is a space. */
  pieces(from, to) {
    const found = [];
    let start = 0;
    for (const { text, at } of this.lines) {
      const end = start + text.length;
      const a = Math.max(from, start);
      const b = Math.min(to, end);
      if (a < b) found.push({ text: text.slice(a - start, b - start), at: at + a - start });
      if (from <= end && end < to) found.push({ text: " ", at: at + text.length });
      start = end + 1;
    }
    return found;
  }
}
