// The chat page: wires the composer, the exchanges, the source panel, the status and the notices.
import { announce } from "./announce.js";
import { Asking } from "./asking.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { forget, restore } from "./earlier.js";
import { EarlierList } from "./earlier-list.js";
import { ExchangeView } from "./exchange.js";
import { startLanguageLink } from "./language-link.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { Status } from "./status.js";
import { startTheme } from "./theme.js";
import { Welcome } from "./welcome.js";
import { word } from "./words.js";

const byId = (id) => document.getElementById(id);

const conversation = new Conversation();
const panel = new Panel(byId("panel"));
const notices = new Notices(byId("notices"));
const place = byId("exchanges");
const clear = byId("clear");
const welcome = new Welcome(byId("welcome"), askNow);
const earlierList = new EarlierList(byId("earlier"), { resume, forget: forgetAll });
const composer = new Composer(byId("composer"), { ask: askNow, stop: () => asking?.stop() });
const status = new Status(byId("status"), served);
const actions = {
  open: (citation, version, link) => panel.open(citation, version, link),
  again: askNow,
  retry: (exchange) => retry(exchange),
  said: () => conversation.save(),
};
const views = new Map();
let asking = null;
let live = null; // the last reading that named a version
let dismissed = null; // the version whose notice was answered
let reachable = true;

function add(exchange) {
  const view = new ExchangeView(exchange, actions);
  views.set(exchange, view);
  place.append(view.element);
  return view;
}

function remove(exchange) {
  views.get(exchange)?.element.remove();
  views.delete(exchange);
  conversation.remove(exchange);
}

/** Asks, with the question at the top of the screen; from then on nothing scrolls by itself. */
async function askNow(question) {
  if (asking || composer.wait > 0 || !(await within())) {
    composer.draft = composer.draft || question;
    return;
  }
  if (location.search) history.replaceState(null, "", "/");
  notices.remove("changed");
  const history_ = conversation.history();
  const exchange = conversation.open(question);
  place.querySelector(".latest")?.classList.remove("latest");
  const view = add(exchange);
  view.element.classList.add("latest");
  arrange();
  view.element.scrollIntoView({ block: "start" });
  announce(word("searching"));
  asking = new Asking(exchange, view, conversation);
  composer.setBusy(true);
  await asking.run(history_);
  asking = null;
  composer.setBusy(false);
  if (exchange.failure?.status === 429) limited(exchange);
  noticeChange();
}

/** Whether the server can be reached: once it could not, its state is asked for before a question. */
async function within() {
  if (!reachable) await status.poll();
  if (!reachable) announce(unreachable());
  return reachable;
}

async function retry(exchange) {
  if (asking || composer.wait > 0 || !(await within())) return;
  remove(exchange);
  askNow(exchange.question);
}

/** The question goes back to where it was written, unless another draft is there by now. */
function limited(exchange) {
  if (composer.draft === "") {
    remove(exchange);
    composer.draft = exchange.question;
    arrange();
  }
  composer.limit(exchange.failure.retryAfter ?? 10, (n) => {
    if (n > 0) notices.show("limited", word("limited", { n }));
    else {
      notices.remove("limited");
      announce(word("limit_over"));
    }
  });
  announce(word("limited", { n: exchange.failure.retryAfter ?? 10 }));
}

function arrange() {
  const empty = conversation.exchanges.length === 0;
  welcome.element.hidden = !empty;
  if (empty) earlierList.show(conversation.id);
  clear.hidden = empty;
}

function served(reading) {
  showReach(reading.reachable);
  if (["ok", "degraded"].includes(reading.state)) live = reading;
  welcome.show(reading);
  noticeChange();
}

function showReach(now) {
  if (now && !reachable) announce(word("reachable_again"));
  reachable = now;
  if (now) notices.remove("offline");
  else if (!notices.has("offline")) notices.show("offline", unreachable());
}

function unreachable() {
  return word(navigator.onLine ? "unreachable" : "offline");
}

/** Says that another version is served than the one that gave the last answer. */
function noticeChange() {
  const last = conversation.lastAnswered();
  if (asking || !live || !last || last.version === live.version) {
    notices.remove("changed");
    return;
  }
  if (notices.has("changed") || dismissed === live.version) return;
  const now = live.version;
  const again = [word("again_on", { new: now }), () => askNow(last.question)];
  const dismiss = [word("dismiss"), () => { dismissed = now; notices.remove("changed"); }];
  const text = word("changed", { new: now, old: last.version });
  notices.show("changed", text, { actions: [again, dismiss] });
  announce(text);
}

/** Another conversation on the page: a new one, or one of before. */
function begin(conversation_) {
  asking?.stop();
  conversation.begin(conversation_);
  place.replaceChildren();
  views.clear();
  panel.close();
  conversation.exchanges.forEach(add);
  arrange();
  noticeChange();
}

function beginNew() {
  begin();
  announce(word("cleared"));
  composer.focus();
}

function resume(conversation_) {
  begin(conversation_);
  place.lastElementChild?.scrollIntoView({ block: "start" });
  composer.focus();
}

function forgetAll() {
  const forgotten = forget();
  const undo = [word("undo"), () => {
    restore(forgotten);
    notices.remove("forgotten");
    earlierList.show(conversation.id);
  }];
  earlierList.show(conversation.id);
  notices.show("forgotten", word("forgotten"), { actions: [undo], dismissible: true });
  announce(word("forgotten"));
  composer.focus();
}

clear.addEventListener("click", beginNew);
startTheme(byId("theme"));
startLanguageLink(byId("language"));
conversation.exchanges.forEach(add);
arrange();
place.lastElementChild?.scrollIntoView({ block: "start" });
status.poll();
