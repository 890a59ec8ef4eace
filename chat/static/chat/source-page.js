// The page of one source, which the server has drawn: only what a script alone can do is left.
import { startLanguageLink } from "./language-link.js";
import { speak } from "./source.js";
import { Status } from "./status.js";
import { startTheme } from "./theme.js";

speak(document.getElementById("document-body"));
new Status(document.getElementById("status"), () => {}).poll();
startTheme(document.getElementById("theme"));
startLanguageLink(document.getElementById("language"));
