// The source panel: beside the answers where there is room, a full sheet where there is not.
import { announce } from "./announce.js";
import { sourceAddress } from "./citations.js";
import { el } from "./dom.js";
import { showSource } from "./source.js";
import { word } from "./words.js";

const beside = matchMedia("(min-width: 1100px)");

export class Panel {
  constructor(dialog) {
    this.dialog = dialog;
    this.title = dialog.querySelector("#panel-title");
    this.body = dialog.querySelector("#panel-body");
    dialog.querySelector("#panel-close").addEventListener("click", () => this.close());
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && dialog.open && !event.isComposing) this.close();
    });
    beside.addEventListener("change", () => this.place());
  }

  /** Opens the passage; `opener` (its chip) gets the focus back on closing. */
  async open(citation, version, opener) {
    this.reading?.abort();
    this.reading = new AbortController();
    this.mark(opener);
    this.title.textContent = citation.title || citation.document;
    this.place();
    this.title.focus({ preventScroll: true });
    const address = sourceAddress(citation, version);
    if (!(await showSource(this.body, address, citation.quote, this.reading.signal))) return;
    const own = el("a", { href: address, target: "_blank", rel: "noopener" }, word("own_page"));
    this.body.querySelector(".source-facts .plain-data")?.before(own);
    this.showMark();
  }

  /** Scrolls the panel alone: what is being read beside it stays where it is. */
  showMark() {
    const mark = this.body.querySelector("mark");
    if (!mark) return;
    const above = mark.getBoundingClientRect().top - this.body.getBoundingClientRect().top;
    if (above > this.body.clientHeight / 2) this.body.scrollTop += above - this.body.clientHeight / 4;
    announce(word("marked"));
  }

  /** Shows the dialog as the width asks: as one column of the page, or over it. */
  place() {
    if (!this.opener) return;
    if (this.dialog.open) this.dialog.close();
    if (beside.matches) this.dialog.show();
    else this.dialog.showModal();
  }

  close() {
    this.reading?.abort();
    if (this.dialog.open) this.dialog.close();
    const opener = this.opener;
    this.mark(null);
    opener?.focus();
  }

  mark(opener) {
    this.opener?.removeAttribute("aria-current");
    this.opener = opener;
    opener?.setAttribute("aria-current", "true");
  }
}
