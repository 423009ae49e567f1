
// Tables of a class are sorted by a click on a heading: numbers by size, the rest as text, what is empty last.
const value = (row, column) => row.cells[column].textContent.trim();
const sorted = (rows, column, direction) => {
  const numeric = rows.every((row) => value(row, column) === "–" || !isNaN(parseFloat(value(row, column))));
  const key = (row) => (numeric ? parseFloat(value(row, column)) : value(row, column).toLowerCase());
  return rows.sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (numeric && (isNaN(left) || isNaN(right))) return isNaN(left) - isNaN(right);
    return direction * (numeric ? left - right : left.localeCompare(right));
  });
};
for (const table of all("#tab\\:grades table, #tab\\:mistakes table")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      table.tBodies[0].append(...sorted([...table.tBodies[0].rows], column, direction));
    });
  });
}
