/** Plots of a sweep as SVG by Vega-Lite, without a browser. Colours are the page's variables: they follow light and dark. */
import type { TopLevelSpec } from 'vega-lite';
import { escapeHtml } from '../html.js';
import type { Spread } from './designs.js';
import { paretoFront } from './pareto.js';

/** Turns a specification into SVG. `label`: what the plot shows, for who cannot see it. */
export type Draw = (spec: TopLevelSpec, label: string) => Promise<string>;

/** Vega is large: loaded where something is drawn, not with every verb. */
export async function loadDraw(): Promise<Draw> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  return async (spec, label) => {
    const view = new vega.View(vega.parse(vegaLite.compile({ ...spec, config }).spec), { renderer: 'none' });
    try {
      return inline(await view.toSVG(), label);
    } finally {
      view.finalize();
    }
  };
}

const font = 'system-ui, sans-serif';
const config = {
  font,
  view: { stroke: null },
  axis: {
    aria: false,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    tickCount: 6,
  },
  legend: {
    aria: false,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    symbolSize: 70,
    labelLimit: 260,
  },
} as const;

/**
 * Inside a page the SVG needs no name spaces, and its size is the page's business. Marks with labels of their own make it a
 * document, whose parts are read; the inside of an image is not.
 */
const inline = (svg: string, label: string): string => {
  const role = svg.includes('aria-roledescription="point"') ? 'graphics-document document' : 'img';
  const attributes = `role="${role}" aria-label="${escapeHtml(label)}"`;
  return svg
    .replace(/^<svg [^>]*?(viewBox="[^"]*")>/, (_, box: string) => `<svg ${box} ${attributes}>`)
    .replaceAll(' pointer-events="none"', '');
};

export interface PlotPoint {
  readonly label: string;
  /** What it is coloured by. */
  readonly group: string;
  readonly cost: number;
  readonly gain: number;
}

export interface Axes {
  readonly groupTitle: string;
  readonly costTitle: string;
  readonly gainTitle: string;
  /** The gain is a share, shown in percent. */
  readonly gainIsShare: boolean;
}

export interface Plot {
  readonly spec: TopLevelSpec;
  readonly drawn: number;
  readonly front: readonly PlotPoint[];
}

/** Gain against cost with the Pareto front as a line. At most `limit` points: the front first, then the others in order. */
export function paretoPlot(points: readonly PlotPoint[], axes: Axes, limit: number): Plot {
  const front = paretoFront(
    points,
    ({ gain }) => gain,
    ({ cost }) => cost,
  ).slice(0, limit);
  const onFront = new Set(front);
  const others = points.filter((point) => !onFront.has(point)).slice(0, Math.max(0, limit - front.length));
  const drawn = [...others, ...front];
  return {
    spec: gainAgainstCost(drawn, front, axes),
    drawn: drawn.length,
    front,
  };
}

function gainAgainstCost(
  points: readonly PlotPoint[],
  front: readonly PlotPoint[],
  axes: Axes,
): TopLevelSpec {
  const { groupTitle, costTitle, gainTitle, gainIsShare } = axes;
  const groups = [...new Set(points.map(({ group }) => group))].sort();
  const costs = points.map(({ cost }) => cost);
  const isWide = Math.min(...costs) > 0 && Math.max(...costs) > 20 * Math.min(...costs);
  const x = {
    field: 'cost',
    type: 'quantitative',
    scale: isWide ? ({ type: 'log' } as const) : { zero: false },
    axis: { title: isWide ? `${costTitle} (logarithmic)` : costTitle, format: '~s' },
  } as const;
  const y = {
    field: 'gain',
    type: 'quantitative',
    scale: { zero: false },
    axis: { title: gainTitle, format: gainIsShare ? '.1%' : '~s' },
  } as const;
  const scale = { domain: groups, range: groups.map((_, index) => `var(--s${index % 8})`) };
  return {
    width: 430,
    height: 270,
    background: 'transparent',
    layer: [
      {
        data: { values: rowsOf(front) },
        mark: {
          type: 'line',
          interpolate: 'step-after',
          color: 'var(--soft)',
          strokeDash: [4, 3],
          aria: false,
        },
        encoding: { x, y },
      },
      {
        data: { values: rowsOf(points) },
        mark: { type: 'point', filled: true, size: 46, opacity: 0.85 },
        encoding: {
          x,
          y,
          color: { field: 'group', type: 'nominal', scale, legend: { title: groupTitle } },
          shape: { field: 'group', type: 'nominal', scale: { domain: groups } },
          description: { field: 'label', type: 'nominal' },
        },
      },
    ],
  };
}

/** Vega-Lite takes plain rows. */
const rowsOf = (points: readonly PlotPoint[]): Record<string, string | number>[] =>
  points.map(({ label, group, cost, gain }) => ({ label, group, cost, gain }));

export interface SpreadRow {
  readonly label: string;
  readonly values: readonly number[];
  readonly spread: Spread;
}

/** A row per design: a dot per seed, a line from the least to the greatest, a bar between the quartiles, a tick at the median. */
export function spreadPlot(rows: readonly SpreadRow[], title: string): TopLevelSpec {
  const y = { field: 'label', type: 'nominal', sort: null, axis: { title: null, labelLimit: 420 } } as const;
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    scale: { zero: false },
    axis: { title },
  });
  const spreads = rows.map(({ label, spread }) => ({ label, ...spread }));
  const seeds = rows.flatMap(({ label, values }) => values.map((value) => ({ label, value })));
  return {
    width: 560,
    height: { step: 19 },
    background: 'transparent',
    layer: [
      {
        data: { values: spreads },
        mark: { type: 'rule', color: 'var(--soft)', aria: false },
        encoding: { y, x: x('min'), x2: { field: 'max' } },
      },
      {
        data: { values: spreads },
        mark: { type: 'bar', height: 9, color: 'var(--accent-soft)', aria: false },
        encoding: { y, x: x('lowerQuartile'), x2: { field: 'upperQuartile' } },
      },
      {
        data: { values: seeds },
        mark: { type: 'point', filled: true, size: 16, color: 'var(--soft)', opacity: 1, aria: false },
        encoding: { y, x: x('value') },
      },
      {
        data: { values: spreads },
        mark: { type: 'tick', thickness: 2, height: 13, color: 'var(--accent)', aria: false },
        encoding: { y, x: x('median') },
      },
    ],
  };
}
