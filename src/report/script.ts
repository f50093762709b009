/**
 * The page's only script: sorts a table by the column whose heading is pressed. Cells carry the value to sort by in
 * `data-sort`; a second press reverses the order. Cells without a value stay last in both.
 */
export const script = `
for (const table of document.querySelectorAll('table.sortable')) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    heading.querySelector('button').addEventListener('click', () => {
      const direction = heading.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      headings.forEach((other) => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending');
      const key = (row) => row.cells[column].dataset.sort;
      const compare = (a, b) => (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
      const order = (a, b) => (a === b ? 0 : a === '' ? 1 : b === '' ? -1 : direction * compare(a, b));
      const rows = [...table.tBodies[0].rows].sort((a, b) => order(key(a), key(b)));
      table.tBodies[0].append(...rows);
    });
  });
}
`;
