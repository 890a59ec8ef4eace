// What screen readers are told: short events in the status, each finished answer once in the log.

const events = document.getElementById("short-events");
const answers = document.getElementById("finished-answers");

export function announce(text) {
  events.textContent = text;
}

export function announceAnswer(text) {
  const line = document.createElement("p");
  line.textContent = text;
  answers.replaceChildren(line);
}
