/* The strip says what is served now, also on a page that was opened an hour ago: it asks while the
   page is looked at, and says so when nobody answers. */

const EVERY = 5000; // ms
const PATIENCE = 2; // times in a row that nobody may answer before the strip says so

for (const place of document.querySelectorAll("[data-kb-strip]")) {
  let silent = 0;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const response = await fetch(place.dataset.kbStrip, { headers: { Accept: "text/html" } });
      if (response.status === 403 || response.redirected) return; // signed out
      if (!response.ok) throw new Error(response.statusText);
      show(await response.text());
      silent = 0;
    } catch {
      silent += 1;
      if (silent === PATIENCE) unknown();
    }
    setTimeout(ask, EVERY);
  }

  /* Only what says something else is put in its place: a screen reader reads it out. */
  function show(html) {
    const told = document.createElement("template");
    told.innerHTML = html;
    if (said(told.content) !== said(place)) place.replaceChildren(told.content);
  }

  function unknown() {
    const strip = place.querySelector(".kb-strip");
    strip.classList.add("kb-unknown");
    const words = document.createElement("span");
    words.textContent = place.dataset.kbUnknown;
    strip.replaceChildren(words);
  }

  setTimeout(ask, EVERY);
}

/* Without how long it has been served, which is another at each look. */
function said(place) {
  const copy = document.createElement("div");
  for (const child of place.children) copy.append(child.cloneNode(true));
  for (const since of copy.querySelectorAll("[data-kb-since]")) since.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}
