// Says that an upload is under way, and counts while an import goes on; the pages work without it.
const form = document.getElementById("import-form");
// Unfold would write a chosen file's name into the nearest text field, which is the folder's here.
for (const input of form?.querySelectorAll("input[type=file]") ?? []) input.hasChangeListener = true;
form?.addEventListener("submit", (event) => {
  const button = form.querySelector("button[data-busy]");
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  const tooLarge = files.reduce((sum, file) => sum + file.size, 0) > Number(button.dataset.limit);
  document.getElementById("import-too-large").hidden = !tooLarge;
  if (tooLarge) {
    event.preventDefault();
    return;
  }
  button.textContent = button.dataset.busy;
});
const progress = document.getElementById("import-progress");
if (progress) watch(progress);

async function watch(progress) {
  const bar = document.getElementById("import-bar");
  const count = document.getElementById("import-count");
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
