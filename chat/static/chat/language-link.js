// The link to the page in the other language keeps the passage that the fragment names.

export function startLanguageLink(link) {
  link.addEventListener("click", () => {
    const query = new URLSearchParams(link.search);
    query.delete("q"); // the draft itself is kept, and may have changed since
    link.href = `?${query}${location.hash}`;
  });
}
