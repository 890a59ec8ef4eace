// The page to sign in. Who signs out leaves nothing of the conversation to whoever comes next.
import { startLanguageLink } from "./language-link.js";
import { startTheme } from "./theme.js";

if (new URLSearchParams(location.search).get("notice") === "out") {
  try {
    sessionStorage.clear();
  } catch {
    // refused by the browser: then nothing was kept either
  }
}
startTheme(document.getElementById("theme"));
startLanguageLink(document.getElementById("language"));
