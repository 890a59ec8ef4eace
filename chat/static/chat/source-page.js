// The page of one source: draws the document, and marks the passage that the fragment holds.
import { el } from "./dom.js";
import { review } from "./freshness.js";
import { startLanguageLink } from "./language-link.js";
import { dataAddress, showSource } from "./source.js";
import { startTheme } from "./theme.js";
import { word } from "./words.js";

const page = document.getElementById("document");
const { document: path, version } = page.dataset;

async function show() {
  const passage = new URLSearchParams(location.hash.slice(1));
  const cited = { document: path, quote: passage.get("quote") ?? "", section: passage.get("section") ?? "" };
  const body = document.getElementById("document-body");
  const held = await showSource(body, cited, version);
  if (!held) return;
  document.getElementById("document-title").textContent = held.title || path;
  body.prepend(facts(held));
  body.querySelector("mark")?.scrollIntoView({ block: "center" });
}

function facts(held) {
  const told = [path, word("revision", { n: held.revision }), word("version", { version: held.version })];
  const plain = el("a", { href: dataAddress(path, version) }, word("plain"));
  return el("div", { class: "source-facts" }, el("p", {}, told.join(" · ")), review(held), plain);
}

startTheme(document.getElementById("theme"));
startLanguageLink(document.getElementById("language"));
addEventListener("hashchange", show);
show();
