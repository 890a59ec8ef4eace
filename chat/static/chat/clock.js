// Times and ages as the page writes them: 24 hours, the reader's own zone.
import { number, word } from "./words.js";

const locale = document.documentElement.lang === "fr" ? "fr" : "en-GB"; // 2 Jan, not Jan 2
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });

/** `14:02`, or `21 Nov 14:02` when that was on another day. */
export function time(date, now = new Date()) {
  const same = date.toDateString() === now.toDateString();
  return same ? clock.format(date) : `${day.format(date)}\u00a0${clock.format(date)}`;
}

/** `12 s`, `5 min`, `2 h`, `3 d`. */
export function age(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}\u00a0h`;
  return `${Math.floor(seconds / 86400)}\u00a0${word("days")}`;
}

/** `1.2 s`, or `0.04 s` below a tenth. */
export function duration(seconds) {
  return `${number(seconds, seconds < 0.1 ? 2 : 1)}\u00a0s`;
}
