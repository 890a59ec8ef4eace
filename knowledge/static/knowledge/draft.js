/* What was typed and not saved yet is kept in this browser, per person and document, and offered
   back after a crash. It is dropped once the server has said that it saved it. */

const key = (root, document_ = root.dataset.draft) => `knowledge-draft:${root.dataset.user}:${document_}`;

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Drops the drafts of what the page says is saved. */
export function dropSaved(user) {
  for (const said of document.querySelectorAll("[data-knowledge-saved]")) {
    for (const name of Object.keys(localStorage)) {
      const [prefix, owner, document_] = name.split(":");
      const mine = !user || owner === user;
      if (prefix === "knowledge-draft" && mine && document_ === said.dataset.knowledgeSaved) {
        localStorage.removeItem(name);
      }
    }
  }
}

/** Keeps the draft of `text`; `expected` holds the revision that the typing began with. */
export function keepDraft(root, text, expected, path) {
  const name = key(root);
  const served = text.defaultValue;
  let timer = 0;

  function keep() {
    clearTimeout(timer);
    if (text.value === served && !root.dataset.unsaved) return drop();
    const draft = { text: text.value, expected: expected.value, at: Date.now(), path: path?.value };
    try {
      localStorage.setItem(name, JSON.stringify(draft));
    } catch {
      // No room, or not allowed: the warning before leaving remains.
    }
  }

  function drop() {
    clearTimeout(timer);
    localStorage.removeItem(name);
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  window.addEventListener("pagehide", () => timer && text.value !== served && keep());
  offer(root, text, expected, path, read(name), drop);
  if (root.dataset.unsaved) keep();
}

function offer(root, text, expected, path, draft, drop) {
  if (!draft || root.dataset.unsaved) return;
  if (draft.text === text.defaultValue) return drop();
  if (draft.text === text.value) return; // the browser itself put it back
  const note = root.querySelector("[data-draft-offer]");
  const isOlder = draft.expected !== expected.value;
  note.querySelector("[data-same]").hidden = isOlder;
  note.querySelector("[data-older]").hidden = !isOlder;
  note.querySelector("[data-when]").textContent = when(new Date(draft.at));
  note.hidden = false;
  note.querySelector("[data-restore]").addEventListener("click", () => {
    text.value = draft.text;
    // The revision it began with: if another is live by now, saving shows what the other changed.
    expected.value = draft.expected;
    if (path && draft.path) path.value = draft.path;
    note.hidden = true;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
  note.querySelector("[data-discard]").addEventListener("click", () => {
    drop();
    note.hidden = true;
    text.focus();
  });
}

function when(at) {
  const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? time : `${at.toLocaleDateString()} ${time}`;
}
