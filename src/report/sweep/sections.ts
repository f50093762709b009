/** The frame of the page's parts, and those below its tables: use of the parts, floorplans, where the results come from. */
import { escapeHtml, integer } from '../html.js';
import { plainTable, sortableTable, type Column } from '../table.js';
import type { Design } from './designs.js';
import { fitting, limited, rowsWithin } from './fit.js';
import { floorplanLegend, floorplanSvg } from './floorplan.js';
import { grouped } from './networks.js';
import type { SweepPoint, SweepReport } from './schema.js';

export function section(id: string, title: string, content: string): string {
  return content === ''
    ? ''
    : `<section aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(title)}</h2>\n${content}\n</section>`;
}

/** A table per device: how much of each kind of cell every design takes. The tables share the bytes. */
export function utilizationSection(designs: readonly Design[], bytes: number): string {
  const placed = designs.filter(({ typical }) => typical?.placed != null);
  const devices = grouped(placed, ({ device }) => device);
  const tables = devices.map((own) => utilizationTable(own, bytes / devices.length));
  return section('utilization', 'Use of the parts', tables.join('\n'));
}

function utilizationTable(designs: readonly Design[], bytes: number): string {
  const of = ({ typical }: Design, name: string) =>
    typical?.placed?.utilization.find(({ cell }) => cell === name);
  const cells = [
    ...new Set(
      designs.flatMap(({ typical }) =>
        (typical?.placed?.utilization ?? []).filter(({ used }) => used > 0).map(({ cell }) => cell),
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
    ...cells.map((cell): Column<Design> => ({
      heading: cell,
      kind: 'number',
      cell: (design) => utilizationCell(of(design, cell)),
      sortKey: (design) => of(design, cell)?.used ?? '',
    })),
  ];
  const shown = rowsWithin(designs, columns, bytes);
  const device = designs[0]?.device ?? '';
  return `<h3>${escapeHtml(device)}</h3>${limited(shown.length, designs.length, 'designs')}
<div class="tall">${sortableTable(columns, shown)}</div>`;
}

function utilizationCell(entry: { readonly used: number; readonly available: number } | undefined): string {
  if (entry === undefined) return '–';
  const { used, available } = entry;
  if (available === 0) return integer(used);
  const filled = (100 * Math.min(1, used / available)).toFixed(0);
  return `<span class="bar"><i style="width:${filled}%"></i></span>${integer(used)} of ${integer(available)}`;
}

/** As many floorplans as fit into so many bytes, in the order given; a design shows the one of its typical seed. */
export function floorplanSection(designs: readonly Design[], bytes: number): string {
  const withPlan = designs.flatMap((design) => {
    const point = planPoint(design);
    return point?.floorplan == null ? [] : [{ design, seed: point.seed, plan: point.floorplan }];
  });
  const figures = fitting(
    withPlan,
    ({ design, seed, plan }) => {
      const title = `${design.label}, seed ${seed}`;
      return `<figure><figcaption>${escapeHtml(title)}</figcaption>${floorplanSvg(plan, title)}${floorplanLegend(plan)}</figure>`;
    },
    bytes,
  );
  if (withPlan.length === 0) return '';
  const note = `Tile 0,0 is at the lower left; the fuller a tile, the stronger its colour. ${limited(figures.length, withPlan.length, 'floorplans')}`;
  return section(
    'floorplans',
    'Floorplans',
    `<p class="soft">${note}</p><div class="plans">${figures.join('\n')}</div>`,
  );
}

const planPoint = ({ typical, done }: Design): SweepPoint | undefined =>
  typical?.floorplan != null ? typical : done.find(({ floorplan }) => floorplan !== null);

export function originSection({ sweepHash, tools, nomul }: SweepReport): string {
  const rows = [
    ['nomul', escapeHtml(nomul)],
    ...tools.map(({ tool, version }) => [tool, version].map(escapeHtml)),
  ];
  return section(
    'origin',
    'Where this comes from',
    `<p>Sweep <code>${escapeHtml(sweepHash)}</code></p>\n${plainTable(['Tool', 'Version'], rows, [1])}`,
  );
}
