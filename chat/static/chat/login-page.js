// The page to sign in. Who signs out leaves nothing of the conversation to whoever comes next.
import { startLanguageLink } from "./language-link.js";
import { startTheme } from "./theme.js";

if (new URLSearchParams(location.search).get("notice") === "out") {
  try {
    sessionStorage.clear();
    for (const name of Object.keys(localStorage)) if (name.startsWith("conversations ")) localStorage.removeItem(name);
  } catch {
    // refused by the browser: then nothing was kept either
  }
}
startTheme(document.getElementById("theme"));
startLanguageLink(document.getElementById("language"));
