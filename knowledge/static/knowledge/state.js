/* Lines that say whether a text is served: each asks until that is settled, ever more slowly. */

const FIRST = 1000;
const SLOWEST = 20000;
const STEADY = 15; // times that it asks each second, before it slows down

function follow(line) {
  let asked = 0;
  let delay = FIRST;

  async function ask() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    asked += 1;
    try {
      const response = await fetch(line.dataset.knowledgeTelling, { headers: { Accept: "application/json" } });
      if (response.status === 403 || response.redirected) return; // signed out
      if (response.ok && show(await response.json())) return;
    } catch {
      // The server is away for a moment: what is shown stays, and it is asked again.
    }
    if (asked > STEADY) delay = Math.min(delay * 1.5, SLOWEST);
    setTimeout(ask, delay);
  }

  function show(told) {
    if (line.innerHTML !== told.html) line.innerHTML = told.html;
    return told.settled;
  }

  if ("settled" in line.dataset) return;
  if (line.textContent.trim()) setTimeout(ask, FIRST / 2);
  else ask();
}

for (const line of document.querySelectorAll("[data-knowledge-telling]")) follow(line);
