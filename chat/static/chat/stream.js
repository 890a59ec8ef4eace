// Asks one question, and reads the answer as it comes (server-sent events over fetch).
import { Failure, request } from "./failure.js";

/**
 * Yields `{event, data}`: `version` (what answers), `citations`, `token` (many), then `done`. Throws a Failure for an
 * `error` event, a refusal, or a stream that ends before `done`; an AbortError when stopped.
 */
export async function* ask(question, history, signal) {
  const response = await request("/api/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question, history }),
    signal,
  });
  const version = Number.parseInt(response.headers.get("X-Index-Version") ?? "", 10);
  if (version) yield { event: "version", data: version };
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    yield { event: "done", data: await response.json() };
    return;
  }
  for await (const { event, data } of events(response.body)) {
    if (event === "error") throw new Failure(data.code, data.detail);
    yield { event, data };
    if (event === "done") return;
  }
  throw new Failure("backend_lost");
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await read(reader);
      if (done) return;
      // A CR alone at the end may be half of a CRLF: it waits for what follows.
      const records = (rest + value).replace(/\r\n/g, "\n").split("\n\n");
      rest = records.pop();
      yield* records.map(record).filter((each) => each !== null);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function read(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("backend_lost");
  }
}

/** One record's event and data; null for a comment, which only keeps the connection open. */
function record(text) {
  let event = "message";
  const data = [];
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}
