/* The page as readers get it, rendered by the server a moment after the typing stops. It stands in
   a frame in which nothing runs; pictures and links into the knowledge base are shown, not followed. */

const PAUSE = 250;

export function showPreview(root, text, path) {
  const frame = root.querySelector("[data-frame]");
  const said = root.querySelector("[data-preview-said]");
  const chunks = root.querySelector("[data-chunks]");
  const cut = root.querySelector("[data-cut]");
  let timer = 0;
  let asking = null;
  let last = null;

  async function ask() {
    if (new Blob([text.value]).size > Number(root.dataset.largest)) return refuse(root.dataset.tooLong);
    asking?.abort();
    asking = new AbortController();
    const url = new URL(root.dataset.preview, location.href);
    url.searchParams.set("document", root.dataset.document);
    url.searchParams.set("path", path?.value ?? root.dataset.path);
    try {
      const response = await fetch(url, {
        method: "POST",
        body: text.value,
        signal: asking.signal,
        headers: {
          "Content-Type": "text/markdown; charset=utf-8",
          "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value,
        },
      });
      const answer = await response.json();
      if (!response.ok) return refuse(answer.refused ?? root.dataset.failed);
      last = answer;
      draw();
    } catch (error) {
      if (error.name !== "AbortError") refuse(root.dataset.failed);
    }
  }

  function refuse(words) {
    said.textContent = words;
    said.hidden = false;
  }

  function draw() {
    said.hidden = true;
    cut.textContent = last.cut;
    const page = frame.contentDocument;
    const place = page.scrollingElement.scrollTop;
    page.body.replaceChildren(...(chunks.checked ? last.chunks.map((each) => chunk(page, each)) : inert(last.html)));
    page.scrollingElement.scrollTop = place;
    root.dispatchEvent(new CustomEvent("previewed", { detail: last }));
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  chunks.checked = localStorage.getItem("knowledge-chunks") === "1";
  chunks.addEventListener("change", () => {
    localStorage.setItem("knowledge-chunks", chunks.checked ? "1" : "0");
    if (last) draw();
  });
  text.addEventListener("input", soon);
  path?.addEventListener("input", soon);
  text.addEventListener("scroll", () => follow(text, frame.contentDocument.scrollingElement));
  whenReady(frame, () => {
    dress(frame.contentDocument);
    ask();
  });
}

function whenReady(frame, begin) {
  const isReady = frame.contentDocument?.querySelector("title");
  if (isReady && frame.contentDocument.readyState === "complete") begin();
  else frame.addEventListener("load", begin, { once: true });
}

/** The frame wears the admin's theme, also when that is switched. */
function dress(page) {
  const wear = () => {
    page.documentElement.classList.toggle("dark", document.documentElement.classList.contains("dark"));
    page.documentElement.style.background = getComputedStyle(document.getElementById("main")).backgroundColor;
  };
  new MutationObserver(wear).observe(document.documentElement, { attributeFilter: ["class"] });
  wear();
}

function follow(text, page) {
  const room = text.scrollHeight - text.clientHeight;
  if (room > 0 && page) page.scrollTop = (text.scrollTop / room) * (page.scrollHeight - page.clientHeight);
}

function chunk(page, each) {
  const part = page.createElement("section");
  const head = page.createElement("header");
  const section = page.createElement("strong");
  section.textContent = [each.number, each.section].filter(Boolean).join(" · ");
  head.append(section, ` ${each.size}`);
  part.append(head, ...inert(each.html));
  return part;
}

/** Parsed where nothing is loaded, and rid of what would load or lead out of the frame. */
function inert(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const image of parsed.querySelectorAll("img")) {
    const words = parsed.createElement("span");
    words.className = "image";
    words.textContent = image.alt || image.getAttribute("src") || "";
    image.replaceWith(words);
  }
  for (const link of parsed.querySelectorAll("a[href]")) {
    const address = link.getAttribute("href");
    link.title = address;
    if (/^(https?|mailto):/i.test(address)) link.target = "_blank";
    else link.removeAttribute("href");
  }
  return [...parsed.body.childNodes];
}
