/** HTML tables whose columns can be sorted. */
import { escapeHtml } from './html.js';

export interface Column<Row> {
  readonly heading: string;
  /** `name` and `text` columns are left-aligned; numbers right-aligned. */
  readonly kind: 'name' | 'text' | 'number';
  /** HTML of the cell. */
  readonly cell: (row: Row) => string;
  /** What the column is sorted by; the text of numbers as a number. */
  readonly sortKey: (row: Row) => string | number;
  /** HTML under the column; undefined: an empty cell when any other column has one. */
  readonly total?: string;
}

export function sortableTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const headings = columns.map(({ heading, kind }) => {
    const alignment = kind === 'number' ? '' : ' class="text"';
    return `<th scope="col"${alignment}><button type="button">${escapeHtml(heading)}</button></th>`;
  });
  const body = rows.map((row) => sortableRow(columns, row));
  const totals = columns.map(({ kind, total }) => `<td${cellClass(kind)}>${total ?? ''}</td>`);
  const foot = columns.some(({ total }) => total !== undefined)
    ? `<tfoot><tr>${totals.join('')}</tr></tfoot>`
    : '';
  return [
    '<div class="scroll"><table class="sortable">',
    `<thead><tr>${headings.join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>${foot}`,
    '</table></div>',
  ].join('\n');
}

/** One row of `sortableTable`. */
export const sortableRow = <Row>(columns: readonly Column<Row>[], row: Row): string => {
  const cells = columns.map(
    ({ kind, cell, sortKey }) =>
      `<td${cellClass(kind)} data-sort="${escapeHtml(String(sortKey(row)))}">${cell(row)}</td>`,
  );
  return `<tr>${cells.join('')}</tr>`;
};

/** A plain table of HTML cells; the first column and those named in `textColumns` are left-aligned. */
export function plainTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: readonly number[] = [],
): string {
  const isText = (index: number): boolean => index === 0 || textColumns.includes(index);
  const head = headings.map(
    (text, i) => `<th scope="col"${isText(i) ? ' class="text"' : ''}>${escapeHtml(text)}</th>`,
  );
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${isText(i) ? ' class="text"' : ''}>${cell}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function cellClass(kind: 'name' | 'text' | 'number'): string {
  return kind === 'number' ? '' : ` class="${kind}"`;
}
