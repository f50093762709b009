/** What fits into a number of bytes: the page stays small however long the sweep was. */
import { integer } from '../html.js';
import { sortableRow, sortableTable, type Column } from '../table.js';

/** The HTML of the first items, as many as have at most so many bytes together. */
export const fitting = <Item>(
  items: readonly Item[],
  html: (item: Item) => string,
  bytes: number,
): readonly string[] => {
  const parts: string[] = [];
  let left = bytes;
  for (const item of items) {
    const part = html(item);
    // One for the line feed between parts.
    left -= Buffer.byteLength(part) + 1;
    if (left < 0) break;
    parts.push(part);
  }
  return parts;
};

/** The first rows, as many as make a table of at most so many bytes. */
export const rowsWithin = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  bytes: number,
): readonly Row[] => {
  const left = bytes - Buffer.byteLength(sortableTable(columns, []));
  return rows.slice(0, fitting(rows, (row) => sortableRow(columns, row), left).length);
};

/** Says it when not all are shown. */
export const limited = (shown: number, all: number, what: string): string =>
  shown === all
    ? ''
    : `<span class="soft">Shown: ${integer(shown)} of ${integer(all)} ${what}, to keep the page small.</span>`;
