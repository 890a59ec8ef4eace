// The status strip: reads /health while the page is visible, and goes grey when it can't.
import { age, time } from "./clock.js";
import { counted, word } from "./words.js";

const EVERY = 5000; // ms
const PATIENCE = 4000; // ms

export class Status {
  /** `changed` is called with each reading: `{state, version, slot, documents, since, sync}`. */
  constructor(strip, changed) {
    this.strip = strip;
    this.says = strip.querySelector(".says");
    this.changed = changed;
    this.known = new Date();
    document.addEventListener("visibilitychange", () => this.poll());
    addEventListener("online", () => this.poll());
    addEventListener("offline", () => this.poll());
  }

  async poll() {
    clearTimeout(this.timer);
    if (document.visibilityState === "hidden") return;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const reading = await read();
    if (turn !== this.turn) return; // a later reading has begun: this one is stale
    if (reading.state !== "unknown") this.known = new Date();
    this.draw(reading);
    this.changed(reading);
    this.timer = setTimeout(() => this.poll(), EVERY);
  }

  draw(reading) {
    this.strip.dataset.state = reading.state;
    const text = sentence(reading, this.known);
    if (this.says.textContent !== text) this.says.textContent = text;
  }
}

async function read() {
  try {
    const response = await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return reading(await response.json());
  } catch {
    return { state: "unknown", reachable: false };
  }
}

function reading(health) {
  const facts = { ...answering(health), sync: health.sync, reachable: true };
  const { version } = facts;
  if (health.status === "ok" && version !== undefined) return { ...facts, state: "ok" };
  if (health.status === "degraded" && version !== undefined) return { ...facts, state: "degraded" };
  if (health.code === "no_version" || (health.status === "down" && !health.active)) return { ...facts, state: "none" };
  if (health.status === "down" || health.code) return { ...facts, state: "down" };
  return { state: "unknown", reachable: true };
}

/** What answers now: the active version, or the fallback while its backend is away. */
function answering({ status, active, slots = {} }) {
  const { version, slot, documents, since } = active ?? {};
  const away = status === "degraded" && slots[slot] && slots[slot].state !== "active";
  const [name, fallback] = (away && Object.entries(slots).find(([, each]) => each.state === "fallback")) || [];
  return fallback ? { version: fallback.version, slot: name } : { version, slot, documents, since };
}

function sentence(reading, known) {
  const { state, version, slot, since, sync } = reading;
  if (state === "none") return word("status_none");
  if (state === "unknown") return word("status_unknown", { time: time(known) });
  if (state === "down") return version === undefined ? word("status_down") : word("status_down_version", { version, slot });
  const parts = [word("status_ok", { version, slot })];
  const began = since ? new Date(since) : null;
  if (began) parts.push(word("status_since", { time: time(began), age: age((Date.now() - began) / 1000) }));
  if (state === "degraded") parts.push(word("status_degraded"));
  return [...parts, ...behind(sync)].join(" · ");
}

/** How far what is served is behind what was saved, and how updates go live: nothing where the router does not know. */
function behind(sync) {
  if (!sync) return [];
  const edits = sync.edits ? counted("behind", sync.edits) : sync.in_sync && word("in_sync");
  return [edits, word(`mode_${sync.mode}`)].filter(Boolean);
}
