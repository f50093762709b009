/** The parts of the page on what is missing, by reason: points without a result, and results without all measurements. */
import { escapeHtml, integer } from '../html.js';
import { sortableTable, type Column } from '../table.js';
import { limited, rowsWithin } from './fit.js';
import { grouped } from './networks.js';
import type { SweepPoint } from './schema.js';
import { section } from './sections.js';

/** Points that are infeasible or failed. */
export const failedSection = (points: readonly SweepPoint[], bytes: number): string =>
  section(
    'failed',
    'Points without a result',
    reasonsTable(
      points.filter(({ status }) => status !== 'done'),
      [statusColumn],
      bytes,
    ),
  );

/** Points that are done, but of which energy or activity could not be measured. */
export const unmeasuredSection = (points: readonly SweepPoint[], bytes: number): string => {
  const table = reasonsTable(points.filter(isUnmeasured), [], bytes);
  const note = 'They have a result; what is named here could not be measured, and its column is empty.';
  return section(
    'unmeasured',
    'Done, but not measured',
    table === '' ? '' : `<p class="soft">${note}</p>\n${table}`,
  );
};

/** A point that is done has a reason only where a measurement that was asked for is missing. */
export const isUnmeasured = ({ status, reason }: SweepPoint): boolean => status === 'done' && reason !== null;

type Group = readonly SweepPoint[];

/** A row per reason, the most frequent first. */
const reasonsTable = (
  points: readonly SweepPoint[],
  first: readonly Column<Group>[],
  bytes: number,
): string => {
  if (points.length === 0) return '';
  const groups = grouped(points, ({ status, reason }) => JSON.stringify([status, reason]));
  const sorted = [...groups].sort((a, b) => b.length - a.length);
  const columns = [...first, countColumn, reasonColumn, whichColumn];
  const shown = rowsWithin(sorted, columns, bytes);
  return `${limited(shown.length, sorted.length, 'reasons')}${sortableTable(columns, shown)}`;
};

const statusColumn: Column<Group> = {
  heading: 'status',
  kind: 'text',
  cell: ([first]) => (first?.status === 'failed' ? '<span class="bad-text">failed</span>' : 'infeasible'),
  sortKey: ([first]) => first?.status ?? '',
};
const countColumn: Column<Group> = {
  heading: 'points',
  kind: 'number',
  cell: ({ length }) => integer(length),
  sortKey: ({ length }) => length,
};
const reasonColumn: Column<Group> = {
  heading: 'reason',
  kind: 'text',
  cell: ([first]) => escapeHtml(first?.reason ?? 'no reason was recorded'),
  sortKey: ([first]) => first?.reason ?? '',
};
const whichColumn: Column<Group> = {
  heading: 'which',
  kind: 'text',
  cell: (group) => escapeHtml(whichText(group)),
  sortKey: ([first]) => first?.model ?? '',
};

const whichText = (points: Group): string => {
  const names = points
    .slice(0, 3)
    .map(
      ({ model, method, setting, pe, rows, columns, device, seed }) =>
        `${model} ${method} ${setting} ${pe} ${rows}×${columns} ${device} seed ${seed}`,
    );
  const rest = points.length > 3 ? ` and ${integer(points.length - 3)} more` : '';
  return `${names.join('; ')}${rest}`;
};
