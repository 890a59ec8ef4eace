// The passages closest to a question that the documents do not answer.
import { request } from "./failure.js";

const SHOWN = 3;

/** Up to three citations, each with the version that it was found in; none when that fails. */
export async function nearMisses(question, signal) {
  const query = new URLSearchParams({ q: question, k: SHOWN });
  try {
    const found = await (await request(`/api/search?${query}`, { signal })).json();
    return found.results.map(({ text, ...hit }) => ({ ...hit, quote: text, version: found.version }));
  } catch {
    return []; // the answer stands without them
  }
}
