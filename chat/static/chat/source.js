// The page of one source, shown in the panel: the same that its link opens, passage marked and all.
import { el } from "./dom.js";
import { Failure, renew } from "./failure.js";
import { languageOf } from "./language.js";
import { word } from "./words.js";

/** Reads the page at `address` into `place`, which says so when that fails. False when it was aborted. */
export async function showSource(place, address, quote, signal) {
  place.replaceChildren(el("p", { class: "quiet" }, word("loading")));
  try {
    place.replaceChildren(...(await documentAt(address, signal)));
  } catch (error) {
    if (error.name === "AbortError") return false;
    place.replaceChildren(...missing(error, quote));
  }
  return true;
}

/** The page is inert by the server's sanitiser, and the page's policy runs nothing that is inline. */
async function documentAt(address, signal) {
  const text = await (await admitted(address, signal)).text();
  const found = new DOMParser().parseFromString(text, "text/html").getElementById("document-body");
  if (!found) throw new Failure("no_document");
  const shown = document.importNode(found, true);
  for (const link of shown.querySelectorAll("a[href]")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  shown.querySelector("#passage")?.removeAttribute("id");
  speak(shown);
  return shown.childNodes;
}

/** Sets the language of what is quoted, so that a voice reads it right. */
export function speak(place) {
  for (const each of place.querySelectorAll(".prose")) each.lang = languageOf(each.textContent) ?? "";
}

/** Where a login is asked for, a pass that has ended leads to its page: with another, once more. */
async function admitted(address, signal) {
  const response = await fetch(address, { signal });
  if (!response.redirected) return response;
  const again = (await renew(signal)) ? await fetch(address, { signal }) : response;
  if (again.redirected) throw new Failure("login", "", { status: 401 });
  return again;
}

function missing(error, quote) {
  const says = error.status === 401 ? word("source_login") : word("source_failed");
  const passage = quote && el("blockquote", { class: "prose lost", lang: languageOf(quote) }, quote);
  return [el("p", { role: "alert" }, quote ? `${says} ${word("quoted")}` : says), passage].filter(Boolean);
}
