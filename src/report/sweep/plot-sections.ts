/** The parts of the page that are plots: accuracy against costs, speed against area, a search's fronts, the seeds' spread. */
import { escapeHtml, integer, number, percent, plural } from '../html.js';
import { plainTable } from '../table.js';
import type { Design } from './designs.js';
import { limited } from './fit.js';
import { paretoPlot, spreadPlot, type Axes, type Draw, type PlotPoint } from './plots.js';
import type { SweepReport } from './schema.js';
import { section } from './sections.js';

interface Trade {
  readonly gainTitle: string;
  readonly gain: (design: Design) => number | null;
  readonly costTitle: string;
  readonly cost: (design: Design) => number | null;
}

const accuracy = { gainTitle: 'accuracy', gain: ({ measured }: Design) => measured.accuracy };
const trades: readonly Trade[] = [
  { ...accuracy, costTitle: 'LUTs', cost: ({ measured }) => measured.luts },
  { ...accuracy, costTitle: 'latency in µs at the median fmax', cost: ({ latencyUs }) => latencyUs },
  {
    ...accuracy,
    costTitle: 'gate-level energy of the PEs, pJ per picture',
    cost: ({ measured }) => measured.gateEnergyPj,
  },
  {
    ...accuracy,
    costTitle: 'energy by published operations, pJ per picture',
    cost: ({ measured }) => measured.operationEnergyPj,
  },
  {
    gainTitle: 'inferences per second',
    gain: ({ measured }) => measured.inferencesPerSecond,
    costTitle: 'LUTs',
    cost: ({ measured }) => measured.luts,
  },
];

const mostModels = 4;

/** The plots of every model, of at most `most` marks together, and the labels of the designs that stand on a front. */
export async function paretoSection(
  designs: readonly Design[],
  draw: Draw,
  most: number,
): Promise<FrontPart> {
  const models = [...new Set(designs.map(({ model }) => model))];
  const shown = models.slice(0, mostModels);
  const limit = Math.ceil(most / (trades.length * Math.max(1, shown.length)));
  const parts: FrontPart[] = [];
  for (const model of shown) {
    const own = designs.filter((design) => design.model === model && design.done.length > 0);
    const figures: FrontPart[] = [];
    for (const trade of trades) figures.push(await tradeFigure(own, trade, draw, limit));
    const { html, onFront } = together(figures);
    if (html !== '')
      parts.push({ html: `<h3>${escapeHtml(model)}</h3><div class="plots">${html}</div>`, onFront });
  }
  const { html, onFront } = together(parts);
  if (html === '') return { html, onFront };
  const note = `A mark is a design (medians of its seeds); the dashed line is the front: no design gives more for less. ${limited(shown.length, models.length, 'models')}`;
  return { html: section('pareto', 'What it costs', `<p class="soft">${note}</p>\n${html}`), onFront };
}

interface FrontPart {
  readonly html: string;
  readonly onFront: ReadonlySet<string>;
}

const together = (parts: readonly FrontPart[]): FrontPart => ({
  html: parts
    .map(({ html }) => html)
    .join('\n')
    .trim(),
  onFront: new Set(parts.flatMap(({ onFront }) => [...onFront])),
});

async function tradeFigure(
  designs: readonly Design[],
  trade: Trade,
  draw: Draw,
  limit: number,
): Promise<FrontPart> {
  const { gainTitle, costTitle } = trade;
  const byMethod = new Set(designs.map(({ method }) => method)).size > 1;
  const marks = designs.flatMap((design) => {
    const mark = markOf(design, trade, byMethod);
    return mark === undefined ? [] : [{ design, mark }];
  });
  if (marks.length === 0) return { html: '', onFront: new Set() };
  const axes: Axes = {
    groupTitle: byMethod ? 'method' : 'PE',
    costTitle,
    gainTitle,
    gainIsShare: gainTitle === 'accuracy',
  };
  const points = marks.map(({ mark }) => mark);
  const plot = paretoPlot(points, axes, limit);
  const front = new Set(plot.front);
  const title = `${gainTitle} against ${costTitle}`;
  const model = designs[0]?.model ?? '';
  const label = `${model}: ${title}, ${plural(plot.drawn, 'design')}, ${integer(plot.front.length)} on the front`;
  const missing = designs.length - points.length;
  const note = [
    limited(plot.drawn, points.length, 'designs'),
    missing === 0 ? '' : `<span class="soft">${integer(missing)} without these numbers.</span>`,
  ].join(' ');
  return {
    html: `<figure><figcaption>${escapeHtml(title)} ${note}</figcaption>${await draw(plot.spec, label)}</figure>`,
    onFront: new Set(marks.filter(({ mark }) => front.has(mark)).map(({ design }) => design.label)),
  };
}

/** Coloured by method; where there is one method only, by PE. */
function markOf(design: Design, trade: Trade, byMethod: boolean): PlotPoint | undefined {
  const gain = trade.gain(design);
  const cost = trade.cost(design);
  if (gain === null || cost === null) return undefined;
  const shown = trade.gainTitle === 'accuracy' ? percent(gain, 2) : number(gain);
  const label = `${design.label}: ${shown}, ${number(cost)} ${trade.costTitle}`;
  return { label, group: byMethod ? design.method : design.pe, cost, gain };
}

const frontTitles = {
  luts: 'LUTs',
  energy: 'energy, pJ per picture',
  latency: 'cycles per picture',
} as const;

/** Networks that a search made, beside the single-method ones. `most`: marks, and rows, of all plots together. */
export async function frontsSection({ fronts }: SweepReport, draw: Draw, most: number): Promise<string> {
  const figures: string[] = [];
  const limit = Math.ceil(most / Math.max(1, fronts.length));
  for (const { cost, points } of fronts) {
    const marks = points.map((point) => ({
      label: `${point.label}: ${percent(point.accuracy, 2)}, ${number(point.cost)}`,
      group: point.label,
      cost: point.cost,
      gain: point.accuracy,
    }));
    if (marks.length === 0) continue;
    const grouped = new Set(marks.map(({ group }) => group)).size > 8;
    const axes: Axes = {
      groupTitle: 'network',
      costTitle: frontTitles[cost],
      gainTitle: 'accuracy',
      gainIsShare: true,
    };
    const plot = paretoPlot(
      grouped ? marks.map((mark) => ({ ...mark, group: 'network' })) : marks,
      axes,
      limit,
    );
    const rows = [...points]
      .sort((a, b) => a.cost - b.cost)
      .slice(0, limit)
      .map(({ label, accuracy: share, cost: amount }) => [
        escapeHtml(label),
        percent(share, 2),
        number(amount),
      ]);
    const title = `accuracy against ${frontTitles[cost]}`;
    const label = `Front of the search: ${title}, ${plural(plot.drawn, 'network')}, ${integer(plot.front.length)} on the front`;
    figures.push(
      `<figure><figcaption>${title} ${limited(rows.length, points.length, 'networks')}</figcaption>${await draw(plot.spec, label)}${plainTable(['network', 'accuracy', frontTitles[cost]], rows)}</figure>`,
    );
  }
  if (figures.length === 0) return '';
  return section('fronts', 'Fronts of the search', `<div class="plots">${figures.join('\n')}</div>`);
}

const mostSpreads = 50;

/** Designs of which several seeds were placed, the widest spread first; at most `most` dots. */
export async function spreadSection(designs: readonly Design[], draw: Draw, most: number): Promise<string> {
  const rows = designs
    .flatMap(({ label, fmax, done }) => {
      if (fmax === null || fmax.count < 2) return [];
      const values = done.map(({ placed }) => placed?.fmaxMHz ?? null).filter((value) => value !== null);
      return [{ label, values, spread: fmax }];
    })
    .sort((a, b) => width(b) - width(a));
  if (rows.length === 0) return '';
  const widest = rows.reduce((count, { values }) => Math.max(count, values.length), 1);
  const shown = rows
    .slice(0, Math.min(mostSpreads, Math.max(1, Math.floor(most / widest))))
    .map((row) => ({ ...row, values: row.values.slice(0, most) }));
  const notes = [
    limited(shown.length, rows.length, 'designs, those with the widest spread'),
    limited(Math.min(widest, most), widest, 'seeds of a design'),
  ].join(' ');
  const note = `Highest clock after place and route: a dot per seed, the bar between the quartiles, the mark at the median. ${notes}`;
  const label = `Spread of the seeds: fmax in MHz, median and quartiles of ${plural(shown.length, 'design')}`;
  const svg = await draw(spreadPlot(shown, 'fmax, MHz'), label);
  return section(
    'spread',
    'Spread of the seeds',
    `<p class="soft">${note}</p><figure class="spread">${svg}</figure>`,
  );
}

const width = ({
  spread,
}: {
  readonly spread: { readonly max: number; readonly min: number; readonly median: number };
}): number => (spread.max - spread.min) / Math.max(1e-9, spread.median);
