/* The few things that are tedious to type, as buttons and shortcuts. Text is put in as if typed, so
   that undo takes it back. */

export function put(text, words) {
  text.focus();
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function wrap(text, before, after, words) {
  const start = text.selectionStart;
  const chosen = text.value.slice(start, text.selectionEnd) || words;
  put(text, before + chosen + after);
  text.setSelectionRange(start + before.length, start + before.length + chosen.length);
}

/** Puts the mark before each chosen line, or takes it away where every line has it. */
function mark(text, sign) {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const next = text.value.indexOf("\n", text.selectionEnd);
  const end = next < 0 ? text.value.length : next;
  const lines = text.value.slice(start, end).split("\n");
  const all = lines.every((line) => line.startsWith(sign));
  const changed = lines.map((line) => (all ? line.slice(sign.length) : sign + line)).join("\n");
  text.setSelectionRange(start, end);
  put(text, changed);
}

function code(text, words) {
  const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
  if (chosen.includes("\n")) wrap(text, "```bash\n", chosen.endsWith("\n") ? "```" : "\n```", "");
  else wrap(text, "`", "`", words.command);
}

function link(text, words) {
  const start = text.selectionStart;
  const chosen = text.value.slice(start, text.selectionEnd) || words.text;
  put(text, `[${chosen}](${words.address})`);
  const address = start + chosen.length + 3;
  text.setSelectionRange(address, address + words.address.length);
}

const TOOLS = {
  heading: (text) => mark(text, "## "),
  bold: (text, words) => wrap(text, "**", "**", words.bold),
  link,
  code,
  list: (text) => mark(text, "- "),
};
const SHORTCUTS = { b: "bold", k: "link" };

/** What stands where nothing was chosen is in the page's language: the toolbar has the words. */
export function helpTyping(root, text) {
  const words = root.querySelector("[role=toolbar]").dataset;
  for (const button of root.querySelectorAll("[data-tool]")) {
    button.addEventListener("click", () => TOOLS[button.dataset.tool](text, words));
  }
  text.addEventListener("keydown", (event) => {
    const tool = SHORTCUTS[event.key.toLowerCase()];
    if (!tool || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // the admin has a Ctrl+K of its own
    TOOLS[tool](text, words);
  });
}
