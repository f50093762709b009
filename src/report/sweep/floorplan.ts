/** What stands where on a part, drawn from the placement. */
import { escapeHtml, plural } from '../html.js';
import type { Floorplan } from './schema.js';

/** How full a tile is, in steps of opacity. */
const levels = 3;

interface Slice {
  readonly x: number;
  readonly width: number;
  readonly level: number;
}

/**
 * The part as SVG, one unit per tile, tile 0,0 at the lower left. A tile with several kinds of cells is split into slices; the
 * more of its kind's cells a tile holds, the stronger its colour.
 */
export function floorplanSvg(plan: Floorplan, title: string): string {
  const { width, height, kinds } = plan;
  const byKind = kinds.map((_, kind) => slicesOf(plan, kind));
  const paths = byKind.flatMap((rows, kind) =>
    Array.from({ length: levels }, (_, level) => {
      const d = pathOf(rows, level, height);
      const opacity = ((level + 1) / levels).toFixed(2);
      return d === '' ? '' : `<path fill="var(--s${kind % 8})" opacity="${opacity}" d="${d}"/>`;
    }),
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}" shape-rendering="crispEdges"><rect class="die" width="${width}" height="${height}"/>${paths.join('')}</svg>`;
}

/** The kinds with their colours and how many cells there are of each. */
export function floorplanLegend({ kinds, tiles }: Floorplan): string {
  return kinds
    .map((name, kind) => {
      const own = tiles.filter(([, , of]) => of === kind);
      const cells = own.reduce((sum, [, , , count]) => sum + count, 0);
      const text = `${escapeHtml(name)}: ${plural(cells, 'cell')} in ${plural(own.length, 'tile')}`;
      return `<span class="kind"><i class="key" style="background:var(--s${kind % 8})"></i>${text}</span>`;
    })
    .join(' ');
}

/** y -> the slices of one kind in that row. */
type Rows = ReadonlyMap<number, readonly Slice[]>;

function slicesOf({ tiles }: Floorplan, kind: number): Rows {
  const kindsAt = new Map<string, readonly number[]>();
  for (const [x, y, of] of tiles) kindsAt.set(`${x},${y}`, [...(kindsAt.get(`${x},${y}`) ?? []), of]);
  const own = tiles.filter(([, , of]) => of === kind);
  const most = Math.max(1, ...own.map(([, , , cells]) => cells));
  const rows = new Map<number, Slice[]>();
  for (const [x, y, , cells] of own) {
    const here = kindsAt.get(`${x},${y}`) ?? [kind];
    const width = 1 / here.length;
    const level = Math.max(0, Math.ceil((levels * cells) / most) - 1);
    const row = rows.get(y) ?? [];
    row.push({ x: x + here.indexOf(kind) * width, width, level });
    rows.set(y, row);
  }
  return rows;
}

/** One rectangle per run of equally full neighbours. */
function pathOf(rows: Rows, level: number, height: number): string {
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([y, slices]) =>
      runs(slices.filter((slice) => slice.level === level))
        .map(({ x, width }) => `M${short(x)} ${height - 1 - y}h${short(width)}v1h-${short(width)}z`)
        .join(''),
    )
    .join('');
}

function runs(slices: readonly Slice[]): readonly Slice[] {
  const merged: Slice[] = [];
  for (const slice of [...slices].sort((a, b) => a.x - b.x)) {
    const last = merged[merged.length - 1];
    if (last !== undefined && last.x + last.width === slice.x) {
      merged[merged.length - 1] = { ...last, width: last.width + slice.width };
    } else merged.push(slice);
  }
  return merged;
}

const short = (value: number): string => String(Number(value.toFixed(2)));
