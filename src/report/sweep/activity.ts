/** The part of the page on activity: how often the cells of the mapped designs change for a picture. Not energy. */
import { escapeHtml, integer } from '../html.js';
import { sortableTable, type Column } from '../table.js';
import type { Design } from './designs.js';
import { limited, rowsWithin } from './fit.js';
import { grouped } from './networks.js';
import { section } from './sections.js';

/** A table per device, since parts have cells of different kinds; the tables share the bytes. */
export const activitySection = (designs: readonly Design[], bytes: number): string => {
  const counted = designs.filter(({ activity }) => activity !== null);
  const devices = grouped(counted, ({ device }) => device);
  const tables = devices.map((own) => deviceTable(own, bytes / devices.length));
  const note =
    "Changes of the outputs of the mapped netlist's cells for one picture, without glitches. Not energy: what a change takes is not known.";
  return section(
    'activity',
    'Activity',
    tables.length === 0 ? '' : `<p class="soft">${note}</p>\n${tables.join('\n')}`,
  );
};

const deviceTable = (designs: readonly Design[], bytes: number): string => {
  const kinds = [
    ...new Set(
      designs.flatMap(({ activity }) =>
        (activity ?? []).filter(({ toggles }) => toggles > 0).map(({ cell }) => cell),
      ),
    ),
  ];
  const columns: Column<Design>[] = [
    {
      heading: 'design',
      kind: 'name',
      cell: ({ label }) => escapeHtml(label),
      sortKey: ({ label }) => label,
    },
    ...kinds.map((kind) =>
      changesColumn(kind, ({ activity }) => activity?.find(({ cell }) => cell === kind)?.toggles),
    ),
    changesColumn('all cells', ({ activity }) => (activity === null ? undefined : changesOf(activity))),
  ];
  const shown = rowsWithin(designs, columns, bytes);
  const device = designs[0]?.device ?? '';
  return `<h3>${escapeHtml(device)}</h3>${limited(shown.length, designs.length, 'designs')}
<div class="tall">${sortableTable(columns, shown)}</div>`;
};

const changesColumn = (heading: string, value: (design: Design) => number | undefined): Column<Design> => ({
  heading,
  kind: 'number',
  cell: (design) => {
    const changes = value(design);
    return changes === undefined ? '–' : integer(changes);
  },
  sortKey: (design) => value(design) ?? '',
});

/** Changes of all cells per picture. */
export const changesOf = (activity: readonly { readonly toggles: number }[]): number =>
  activity.reduce((sum, { toggles }) => sum + toggles, 0);
