// Copies text, also where the page isn't served over TLS and the clipboard API is missing.
import { announce } from "./announce.js";
import { word } from "./words.js";

/** Copies, and says so on the button for two seconds. */
export async function copyFrom(button, text, done = word("copied")) {
  const copied = await copy(text);
  announce(copied ? done : word("copy_failed"));
  if (!copied) return;
  button.dataset.label ??= button.textContent;
  button.textContent = done;
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => (button.textContent = button.dataset.label), 2000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "hidden";
  area.value = text;
  (document.querySelector("dialog:modal") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}
