// The page of one source, which the server has drawn: only what a script alone can do is left.
import { startLanguageLink } from "./language-link.js";
import { speak } from "./source.js";
import { startTheme } from "./theme.js";

speak(document.getElementById("document-body"));
startTheme(document.getElementById("theme"));
startLanguageLink(document.getElementById("language"));
