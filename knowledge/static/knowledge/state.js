/* What says whether a text is served asks until that is settled, ever more slowly: a document's own
   line, and the rows of the list, all in one question. */

const FIRST = 1000;
const SLOWEST = 20000;
const STEADY = 15; // times that it asks each second, before it slows down

/* `show` takes the answer, and says whether there is nothing more to ask. */
function follow(address, show, first) {
  let asked = 0;
  let delay = FIRST;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    asked += 1;
    try {
      const response = await fetch(address(), { headers: { Accept: "application/json" } });
      if (response.status === 403 || response.redirected) return; // signed out
      if (response.ok && show(await response.json())) return;
    } catch {
      // The server is away for a moment: what is shown stays, and it is asked again.
    }
    if (asked > STEADY) delay = Math.min(delay * 1.5, SLOWEST);
    setTimeout(ask, delay);
  }

  if (first) setTimeout(ask, first);
  else ask();
}

function put(told, place) {
  if (place.innerHTML !== told.html) place.innerHTML = told.html;
  return told.settled;
}

for (const line of document.querySelectorAll("[data-knowledge-telling]")) {
  if ("settled" in line.dataset) continue;
  const first = line.textContent.trim() ? FIRST / 2 : 0;
  follow(() => line.dataset.knowledgeTelling, (told) => put(told, line), first);
}

const waiting = new Map();
for (const row of document.querySelectorAll("[data-knowledge-row]")) waiting.set(row.dataset.knowledgeRow, row);
const rows = document.getElementById("knowledge-rows");
if (rows && waiting.size) {
  const address = () => `${rows.dataset.address}?of=${[...waiting.keys()].join(",")}`;
  follow(address, (told) => {
    for (const [pk, row] of waiting) if (!told[pk] || put(told[pk], row)) waiting.delete(pk);
    return waiting.size === 0;
  }, FIRST);
}
