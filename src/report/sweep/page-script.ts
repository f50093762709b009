/** What the page of a sweep can do beyond sorting: filters, the theme's button, what a point of a plot is. */
export const pageScript = `
for (const box of document.querySelectorAll('.filtered')) {
  const form = box.querySelector('form');
  const rows = [...box.querySelector('table').tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const keep = (row) => {
    for (const select of form.querySelectorAll('select')) {
      if (select.value !== '*' && row.cells[select.dataset.column].dataset.sort !== select.value) return false;
    }
    for (const input of form.querySelectorAll('input[type=number]')) {
      if (input.value === '') continue;
      const found = row.cells[input.dataset.column].dataset.sort;
      const limit = input.value * input.dataset.scale;
      if (found === '' || (input.dataset.bound === 'from' ? found < limit : found > limit)) return false;
    }
    const words = form.querySelector('input[type=search]').value.toLowerCase().split(/\\s+/);
    return words.every((word) => texts.get(row).includes(word));
  };
  const filter = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !keep(row);
      if (!row.hidden) shown += 1;
    }
    form.querySelector('output').textContent = shown + ' of ' + rows.length + ' rows';
  };
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter));
}
document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const now = root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  root.dataset.theme = now === 'dark' ? 'light' : 'dark';
});
for (const mark of document.querySelectorAll('svg [aria-roledescription=point]')) {
  const title = document.createElementNS(mark.namespaceURI, 'title');
  title.textContent = mark.getAttribute('aria-label');
  mark.append(title);
}
`;
