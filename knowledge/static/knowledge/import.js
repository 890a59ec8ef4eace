// Says that an upload is under way; the page works without it.
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
