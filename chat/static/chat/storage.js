// Storage that a browser may refuse (private windows, full quota): then the page works without.

/** `place` is a function, since even naming localStorage throws where it is refused. */
export function recall(place, key) {
  try {
    return place().getItem(key);
  } catch {
    return null;
  }
}

export function keep(place, key, value) {
  try {
    if (value === null || value === "") place().removeItem(key);
    else place().setItem(key, value);
  } catch {
    // not kept: nothing on the page depends on it
  }
}
