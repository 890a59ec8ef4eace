// What a reader says of an answer: one click, and for what did not help an optional word.
import { announce } from "./announce.js";
import { el } from "./dom.js";
import { request } from "./failure.js";
import { word } from "./words.js";

const LONGEST = 500; // characters, as the API takes

/** Helpful and Not helpful; once one was said, which. `said` is called when it is noted. */
export function votes(exchange, said) {
  const place = el("div", { class: "votes" });
  const draw = () => place.replaceChildren(...(exchange.feedback ? [thanks(exchange.feedback)] : [helpful, unhelpful]));
  const done = () => {
    draw();
    said();
  };
  const helpful = button("helpful", () => give(place, exchange, { kind: "helpful" }, done));
  const unhelpful = button("unhelpful", () => place.replaceChildren(wordForm(place, exchange, draw, done)));
  draw();
  return place;
}

/** "Report this gap", for what the documents do not answer. */
export function gapReport(exchange, said) {
  const place = el("div", { class: "gap" });
  const done = () => {
    draw();
    said();
  };
  const report = el("button", { class: "button plain", type: "button" }, word("report_gap"));
  report.addEventListener("click", () => give(place, exchange, { kind: "gap" }, done));
  const draw = () => place.replaceChildren(exchange.feedback ? thanks(exchange.feedback) : report);
  draw();
  return place;
}

function wordForm(place, exchange, cancel, done) {
  const id = `word-${exchange.id}`;
  const field = el("input", { id, type: "text", maxlength: LONGEST, autocomplete: "off" });
  const form = el(
    "form",
    { class: "word" },
    el("label", { for: id }, word("what_was_wrong")),
    field,
    el("button", { class: "button" }, word("send")),
    el("button", { class: "tool", type: "button", onclick: cancel }, word("cancel")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(place, exchange, { kind: "unhelpful", comment: field.value.trim() }, done);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    cancel();
    place.querySelector("button")?.focus();
  });
  queueMicrotask(() => field.focus());
  return form;
}

/** Sends it; what is refused stays as it was, with a word why. */
async function give(place, exchange, { kind, comment = "" }, done) {
  const { question, version } = exchange;
  const buttons = place.querySelectorAll("button");
  for (const each of buttons) each.disabled = true;
  try {
    const body = JSON.stringify({ question, version, kind, comment });
    const answer = await request("/api/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const { status } = await answer.json();
    exchange.feedback = status === "noted" ? kind : "not_kept";
    done();
    announce(word(`said_${exchange.feedback}`));
    place.querySelector(".said")?.focus({ preventScroll: true });
  } catch {
    for (const each of buttons) each.disabled = false;
    place.querySelector(".refused")?.remove();
    place.append(el("p", { class: "refused", role: "alert" }, word("feedback_failed")));
  }
}

function thanks(kind) {
  return el("p", { class: "said", tabindex: "-1" }, word(`said_${kind}`));
}

function button(key, act) {
  return el("button", { class: "tool", type: "button", onclick: act }, word(key));
}
