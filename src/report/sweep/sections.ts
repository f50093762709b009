/** The parts of the page below its tables: choices per layer, use of the parts, what failed. */
import { escapeHtml, integer, number, percent, plural } from '../html.js';
import { plainTable, sortableTable, type Column } from '../table.js';
import { spreadOf, type Design } from './designs.js';
import { floorplanLegend, floorplanSvg } from './floorplan.js';
import type { SweepLayer, SweepPoint, SweepReport } from './schema.js';

const mostVariants = 12;
const mostLayers = 150;
const mostReasons = 200;

export function section(id: string, title: string, content: string): string {
  return content === ''
    ? ''
    : `<section aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(title)}</h2>\n${content}\n</section>`;
}

/** One column per way in which a model's layers were quantized, the most accurate first. */
export function choicesSection(designs: readonly Design[]): string {
  const models = [...new Set(designs.map(({ model }) => model))];
  return section(
    'choices',
    'What was chosen for each layer',
    models.map((model) => choicesOf(model, designs)).join('\n'),
  );
}

interface Variant {
  readonly names: readonly string[];
  readonly layers: readonly SweepLayer[];
  readonly designs: number;
  readonly accuracy: number | null;
}

function choicesOf(model: string, designs: readonly Design[]): string {
  const variants = variantsOf(designs.filter((design) => design.model === model));
  const shown = variants.slice(0, mostVariants);
  const layers = shown[0]?.layers.slice(0, mostLayers) ?? [];
  if (layers.length === 0) return '';
  const headings = shown.map(({ names, accuracy, designs: count }) => {
    const share = accuracy === null ? '' : `, ${percent(accuracy, 2)}`;
    return `${names.slice(0, 3).join('; ')}${names.length > 3 ? ' …' : ''} (${plural(count, 'design')}${share})`;
  });
  const rows = layers.map((layer) => [
    escapeHtml(layer.name),
    escapeHtml(layer.kind),
    integer(layer.macs),
    ...shown.map((variant) => choiceText(variant.layers.find(({ name }) => name === layer.name))),
  ]);
  const note = `Format, bits of a weight × bits of an activation. ${limited(shown.length, variants.length, 'ways')}`;
  const text = shown.map((_, index) => index + 3);
  return `<h3>${escapeHtml(model)}</h3><p class="soft">${note}</p>
${plainTable(['layer', 'kind', 'MACs', ...headings], rows, [1, ...text])}`;
}

function variantsOf(designs: readonly Design[]): readonly Variant[] {
  const byChoice = new Map<string, readonly Design[]>();
  for (const design of designs) {
    const layers = layersOf(design);
    if (layers.length === 0) continue;
    const key = JSON.stringify(layers.map(({ name, format, weightBits }) => [name, format, weightBits]));
    byChoice.set(key, [...(byChoice.get(key) ?? []), design]);
  }
  const variants = [...byChoice.values()].map((group) => ({
    names: [...new Set(group.map(({ method, setting }) => `${method} ${setting}`.trim()))],
    layers: group.flatMap(layersOf).slice(0, group[0] === undefined ? 0 : layersOf(group[0]).length),
    designs: group.length,
    accuracy:
      spreadOf(group.map(({ measured }) => measured.accuracy).filter((value) => value !== null))?.median ??
      null,
  }));
  return [...variants].sort((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1));
}

const layersOf = ({ points }: Design): readonly SweepLayer[] =>
  points.find(({ layers }) => layers.length > 0)?.layers ?? [];

const choiceText = (layer: SweepLayer | undefined): string =>
  layer === undefined
    ? '–'
    : `${escapeHtml(layer.format)} ${number(layer.weightBits)} × ${number(layer.activationBits)}`;

/** A table per device: how much of each kind of cell every design takes. */
export function utilizationSection(designs: readonly Design[], most: number): string {
  const placed = designs.filter(({ typical }) => typical?.placed != null);
  const devices = [...new Set(placed.map(({ device }) => device))];
  const share = Math.max(5, Math.floor(most / Math.max(1, devices.length)));
  const tables = devices.map((device) => {
    const own = placed.filter((design) => design.device === device);
    const shown = own.slice(0, share);
    return `<h3>${escapeHtml(device)}</h3>${limited(shown.length, own.length, 'designs')}\n<div class="tall">${utilizationTable(shown)}</div>`;
  });
  return section('utilization', 'Use of the parts', tables.join('\n'));
}

function utilizationTable(designs: readonly Design[]): string {
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
  return sortableTable(columns, designs);
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
  const figures: string[] = [];
  let left = bytes;
  for (const { design, seed, plan } of withPlan) {
    const title = `${design.label}, seed ${seed}`;
    const figure = `<figure><figcaption>${escapeHtml(title)}</figcaption>${floorplanSvg(plan, title)}${floorplanLegend(plan)}</figure>`;
    left -= Buffer.byteLength(figure);
    if (left < 0) break;
    figures.push(figure);
  }
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

export function failedSection(points: readonly SweepPoint[]): string {
  const missing = points.filter(({ status }) => status !== 'done');
  const byReason = new Map<string, SweepPoint[]>();
  for (const point of missing) {
    const key = JSON.stringify([point.status, point.reason]);
    const group = byReason.get(key);
    if (group === undefined) byReason.set(key, [point]);
    else group.push(point);
  }
  const groups = [...byReason.values()].sort((a, b) => b.length - a.length);
  const shown = groups.slice(0, mostReasons);
  const columns: Column<readonly SweepPoint[]>[] = [
    {
      heading: 'status',
      kind: 'text',
      cell: ([first]) => statusText(first),
      sortKey: ([first]) => first?.status ?? '',
    },
    {
      heading: 'points',
      kind: 'number',
      cell: ({ length }) => integer(length),
      sortKey: ({ length }) => length,
    },
    {
      heading: 'reason',
      kind: 'text',
      cell: ([first]) => escapeHtml(first?.reason ?? 'no reason was recorded'),
      sortKey: ([first]) => first?.reason ?? '',
    },
    {
      heading: 'which',
      kind: 'text',
      cell: whichText,
      sortKey: ([first]) => first?.model ?? '',
    },
  ];
  if (missing.length === 0) return '';
  return section(
    'failed',
    'Points without a result',
    `${limited(shown.length, groups.length, 'reasons')}${sortableTable(columns, shown)}`,
  );
}

const statusText = (point: SweepPoint | undefined): string =>
  point?.status === 'failed' ? '<span class="bad-text">failed</span>' : 'infeasible';

function whichText(points: readonly SweepPoint[]): string {
  const names = points
    .slice(0, 3)
    .map(
      ({ model, method, setting, pe, rows, columns, device, seed }) =>
        `${model} ${method} ${setting} ${pe} ${rows}×${columns} ${device} seed ${seed}`,
    );
  const rest = points.length > 3 ? ` and ${integer(points.length - 3)} more` : '';
  return escapeHtml(`${names.join('; ')}${rest}`);
}

/** Says it when not all are shown. */
export const limited = (shown: number, all: number, what: string): string =>
  shown === all
    ? ''
    : `<span class="soft">Shown: ${integer(shown)} of ${integer(all)} ${what}, to keep the page small.</span>`;

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
