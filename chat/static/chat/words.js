// The page's words, from the table that the server wrote into the page.

const table = JSON.parse(document.getElementById("words").textContent);
const plurals = new Intl.PluralRules(document.documentElement.lang);

/** The text of `key` with its `{places}` filled. */
export function word(key, places = {}) {
  return table[key].replace(/\{(\w+)\}/g, (_, name) => String(places[name] ?? ""));
}

/** The text of `key_one` or `key_other`, as the language counts. */
export function counted(key, n) {
  const form = plurals.select(n) === "one" ? "one" : "other";
  return word(`${key}_${form}`, { n: number(n) });
}

export function has(key) {
  return Object.hasOwn(table, key);
}

export function number(n, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(n);
}
