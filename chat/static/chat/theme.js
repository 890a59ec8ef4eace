// The theme button: the system's preference until someone chooses, then the choice is kept.
import { keep, recall } from "./storage.js";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export function startTheme(button) {
  const dark = () => {
    const chosen = recall(() => localStorage, "theme");
    return chosen ? chosen === "dark" : prefersDark.matches;
  };
  const show = () => button.setAttribute("aria-pressed", String(dark()));
  button.addEventListener("click", () => {
    const theme = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    keep(() => localStorage, "theme", theme);
    button.setAttribute("aria-pressed", String(theme === "dark"));
  });
  prefersDark.addEventListener("change", show);
  show();
  button.hidden = false;
}
