/* The document's form: preview, hints, drafts, shortcuts, and the warning before typing is lost. */

import { dropSaved, keepDraft } from "./draft.js";
import { showPreview } from "./preview.js";
import { helpTyping, put } from "./typing.js";

function warnUnsaved(root, form, text, path) {
  let isSaving = false;
  const isChanged = () => root.dataset.unsaved || text.value !== text.defaultValue || (path && path.value !== path.defaultValue);

  form.addEventListener("submit", (event) => {
    if (isSaving) event.preventDefault(); // pressed twice: the first is under way
    isSaving = true;
  });
  window.addEventListener("pageshow", () => (isSaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!isSaving && isChanged()) event.preventDefault();
  });
}

function saveByKey(form) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    const save = document.querySelector("[name=_continue]");
    if (save) form.requestSubmit(save);
    else document.getElementById("knowledge-theirs")?.focus(); // first the other's change is looked at
  });
}

/** After a conflict: the text with both changes in it, as if typed, so that undo takes it back. */
function offerMerge(text) {
  const button = document.querySelector("[data-merge]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    text.select();
    put(text, document.querySelector("[data-merged]").textContent);
    text.scrollIntoView({ block: "nearest" });
  });
}

function showHints(root, text, hints) {
  const list = root.querySelector("[data-hint-list]");
  const one = root.querySelector("[data-hints] template");
  root.querySelector("[data-hints]").hidden = hints.length === 0;
  list.replaceChildren(
    ...hints.map((hint) => {
      const item = one.content.cloneNode(true);
      item.querySelector("[data-line]").textContent += hint.line;
      item.querySelector("[data-words]").textContent = hint.words;
      item.querySelector("button").addEventListener("click", () => goTo(text, hint.line));
      return item;
    }),
  );
}

function goTo(text, line) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  text.scrollTop = ((line - 1) / lines.length) * text.scrollHeight - text.clientHeight / 3;
}

function switchTabs(root) {
  const tabs = [...root.querySelectorAll("[data-tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      root.dataset.shown = tab.dataset.tab;
      for (const each of tabs) each.setAttribute("aria-selected", String(each === tab));
    });
  }
}

function begin(root) {
  const text = root.querySelector("textarea");
  const path = root.querySelector("input[name=path]");
  const { form } = text;
  for (const part of root.querySelectorAll("[data-only-script]")) part.hidden = false;
  root.addEventListener("previewed", (event) => {
    showHints(root, text, event.detail.hints);
    if (path) path.placeholder = event.detail.path;
  });
  warnUnsaved(root, form, text, path);
  saveByKey(form);
  switchTabs(root);
  helpTyping(root, text);
  offerMerge(text);
  keepDraft(root, text, form.elements.expected, path);
  showPreview(root, text, path);
}

const root = document.querySelector("[data-knowledge-editor]");
dropSaved(root?.dataset.user);
if (root) begin(root);
