// Until when a document may be trusted, and who answers for it, in words.
import { el } from "./dom.js";
import { counted, word } from "./words.js";

const DAY = 86_400_000;

/** "Review was due 12 days ago", or null: the server says whether it is overdue, this clock only how long. */
export function overdue({ review_by: due, overdue: is }, now = Date.now()) {
  return is ? counted("review_was_due", Math.max(1, Math.floor((now - Date.parse(due)) / DAY))) : null;
}

/** The warning under a source that is overdue, with the one to ask; else null. */
export function warning(source) {
  const late = overdue(source);
  const who = owner(source);
  return late && el("p", { class: "overdue" }, el("strong", {}, late), who && ` · ${who}`);
}

/** Of a near miss: its revision, until when it may be trusted and who answers for it, as far as the version holds it. */
export function age(source) {
  const rest = source.overdue ? [] : [due(source), owner(source)]; // else the warning says it
  const known = [word("revision", { n: source.revision }), ...rest];
  return el("p", { class: "source-place source-age" }, known.filter(Boolean).join(" · "));
}

/** What is overdue has its own line. */
function due({ review_by: day, overdue: late }) {
  if (!day || late) return null;
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  return word("review_by", { day: format.format(new Date(day)) });
}

function owner({ owner: name }) {
  return name ? word("owner", { name }) : null;
}
