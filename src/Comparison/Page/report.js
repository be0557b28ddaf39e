"use strict";
// Sorts the table of figures by the column whose head is pressed; pressed again, the other way round. Cells without a number stay last.
for (const button of document.querySelectorAll("#figures thead button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const column = [...head.parentNode.children].indexOf(head);
    const isText = column < 2;
    const wasDescending = head.getAttribute("aria-sort") === "descending";
    const descending = head.hasAttribute("aria-sort") ? !wasDescending : !isText;
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = document.querySelector("#figures tbody");
    const keyOf = row => {
      const cell = row.children[column];
      return isText ? cell.textContent : cell.dataset.value === undefined ? null : Number(cell.dataset.value);
    };
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [keyOf(a), keyOf(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      const order = isText ? x.localeCompare(y) : x - y;
      return descending ? -order : order;
    });
    body.append(...rows);
  });
}
