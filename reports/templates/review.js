"use strict";

document.documentElement.classList.add("script");

// Points and comments stay on this machine: in the storage of the browser, where it has one, and in the CSV.
const key = document.body.dataset.key;
const articles = [...document.querySelectorAll("article")];
const field = (article, name) => article.querySelector(`[name=${name}]`);
const status = document.getElementById("status");
let unsaved = false;

const read = () =>
  Object.fromEntries(articles.map((a) => [a.id, [field(a, "points").value, field(a, "comment").value]]));
const graded = () => articles.filter((article) => field(article, "points").value !== "").length;
const tell = () => (status.textContent = `${graded()} of ${articles.length} graded`);

try {
  const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
  for (const article of articles) {
    const [points, comment] = kept[article.id] ?? ["", ""];
    field(article, "points").value = points;
    field(article, "comment").value = comment;
  }
} catch {
  // A browser that keeps nothing for pages opened from disk: the CSV is what counts.
}
tell();

document.getElementById("main").addEventListener("input", () => {
  unsaved = true;
  tell();
  try {
    localStorage.setItem(key, JSON.stringify(read()));
  } catch {
    // As above.
  }
});

// A cell that begins like a formula would be computed by a spreadsheet.
const cell = (text) => {
  const shown = /^\s*[=+\-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}]/u.test(text) ? `'${text}` : text;
  return `"${shown.replaceAll('"', '""')}"`;
};
const table = () =>
  [["id", "name", "answer", "points", "comment"]]
    .concat(
      articles.map((a) => [
        a.id,
        a.dataset.name,
        document.title,
        field(a, "points").value,
        field(a, "comment").value,
      ]),
    )
    .map((row) => row.map(cell).join(",") + "\r\n")
    .join("");

document.getElementById("export").addEventListener("click", () => {
  const wrong = articles.find((article) => !field(article, "points").checkValidity());
  if (wrong) {
    field(wrong, "points").reportValidity();
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + table()], { type: "text/csv" }));
  link.download = document.body.dataset.file;
  link.click();
  URL.revokeObjectURL(link.href);
  unsaved = false;
});

addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
