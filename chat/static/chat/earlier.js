// The conversations of before, in this browser alone, for whoever is signed in.
import { keep, recall } from "./storage.js";

const KEPT = 20;
const LARGEST = 2_000_000; // characters: a browser gives a site about 5 MB for everything

const key = () => `conversations ${document.body.dataset.visitor ?? ""}`;

/** `{id, exchanges}` of each, the latest first. */
export function earlier() {
  try {
    return JSON.parse(recall(() => localStorage, key()) ?? "[]");
  } catch {
    return [];
  }
}

/** Puts the conversation on top; one in which nothing was answered is not worth it. */
export function remember({ id, exchanges }) {
  const ended = exchanges.filter((each) => each.state !== "asking");
  const others = earlier().filter((each) => each.id !== id);
  const all = ended.length ? [{ id, exchanges: ended }, ...others] : others;
  restore(fitting(all.slice(0, KEPT)));
}

/** Forgets them all; what it returns, `restore` puts back. */
export function forget() {
  const all = earlier();
  restore([]);
  return all;
}

export function restore(all) {
  keep(() => localStorage, key(), all.length ? JSON.stringify(all) : null);
}

function fitting(all) {
  while (all.length > 1 && JSON.stringify(all).length > LARGEST) all.pop();
  return all;
}
