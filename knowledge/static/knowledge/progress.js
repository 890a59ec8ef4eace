// Counts while long work goes on, then shows what became of it; the pages work without it.
const progress = document.getElementById("work-progress");
if (progress) watch(progress);

async function watch(progress) {
  const bar = document.getElementById("work-bar");
  const count = document.getElementById("work-count");
  for (;;) {
    await new Promise((wake) => setTimeout(wake, 700));
    try {
      const now = await (await fetch(progress.dataset.address)).json();
      bar.value = now.done;
      count.textContent = `${now.done} / ${now.of}`;
      if (now.state !== "running") return location.reload();
    } catch {
      // the server is away for a moment: ask again
    }
  }
}
