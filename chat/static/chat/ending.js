// How an exchange ended: from which version and when, or why not, and what can be done next.
import { copyFrom } from "./clipboard.js";
import { duration, time } from "./clock.js";
import { el } from "./dom.js";
import { votes } from "./feedback.js";
import { overdue } from "./freshness.js";
import { has, word } from "./words.js";

/** The elements under an answer that has ended. */
export function ending(exchange, actions) {
  switch (exchange.state) {
    case "stopped":
      return [stopped(exchange, actions)];
    case "failed":
      return [failed(exchange, actions)];
    default:
      return [facts(exchange, actions)];
  }
}

function facts(exchange, actions) {
  const vote = exchange.state === "answered" ? votes(exchange, actions.said) : null; // else the gap is reported
  return el("footer", { class: "facts" }, el("p", {}, origin(exchange).join(" · ")), copyButton(exchange), linkButton(exchange), vote);
}

function origin({ state, version, at, seconds, generator, retrieval }) {
  const from = word(state === "abstained" ? "abstained_from" : "answered_from", { version });
  const parts = [from, time(new Date(at)), duration(seconds)];
  if (generator && generator !== "extractive") parts.push(generator);
  if (retrieval === "lexical") parts.push(word("lexical"));
  return parts;
}

function copyButton(exchange) {
  const button = el("button", { class: "tool", type: "button" }, word("copy"));
  button.addEventListener("click", () => copyFrom(button, asText(exchange)));
  return button;
}

/** The answer with its sources and its version, as plain text for a ticket. */
function asText({ answer, citations, version, at }) {
  const sources = citations.map((source, i) => `[${i + 1}] ${sourceAsText(source)}`);
  return [answer, sources.join("\n"), `#${version} · ${new Date(at).toISOString()}`].filter(Boolean).join("\n\n");
}

function sourceAsText(source) {
  const late = overdue(source);
  return `${source.document}${source.section ? ` › ${source.section}` : ""}${late ? ` (${late})` : ""}`;
}

function linkButton({ question }) {
  const button = el("button", { class: "tool", type: "button" }, word("link"));
  const address = `${location.origin}/ask?${new URLSearchParams({ q: question })}`;
  button.addEventListener("click", () => copyFrom(button, address, word("link_copied")));
  return button;
}

function stopped(exchange, actions) {
  const again = el("button", { class: "tool", type: "button" }, word("ask_again"));
  again.addEventListener("click", () => actions.again(exchange.question));
  return el("div", { class: "outcome" }, el("p", {}, word("stopped")), again);
}

function failed(exchange, actions) {
  const { code } = exchange.failure;
  const retry = el("button", { class: "tool", type: "button" }, word("retry"));
  retry.addEventListener("click", () => actions.retry(exchange));
  const next = exchange.failure.status === 401 ? signIn(exchange) : retry;
  return el(
    "div",
    { class: "outcome error", role: "alert" },
    el("p", {}, word("failed"), " ", exchange.answer ? word("incomplete") : ""),
    reason(exchange.failure),
    el("p", { class: "quiet" }, word("reference", { code, time: time(new Date(exchange.at)) })),
    next,
  );
}

/** Our own words for what is known; else the API's, which are in English. */
function reason({ code, detail, status }) {
  if (status === 401) return el("p", {}, word("failed_login"));
  if (has(`failed_${code}`)) return el("p", {}, word(`failed_${code}`));
  return detail ? el("p", { lang: "en" }, detail) : null;
}

/** And back to the question, written in the composer again. */
function signIn({ question }) {
  const back = `/ask?${new URLSearchParams({ q: question })}`;
  return el("a", { class: "tool", href: `/login/?${new URLSearchParams({ next: back })}` }, word("sign_in"));
}
