/** The units bench as rows of bench/results/units.json and as the page docs/results/units.md. */
import { tools } from './driver.js';
import type { Result } from './measure.js';

export interface Row {
  readonly id: string;
  readonly arithmetic: string;
  readonly target: string;
  readonly size: string;
  readonly maker: string;
  readonly design: string;
  /** Flags of synth_ice40 or synth_ecp5, and Yosys commands before it. */
  readonly flags: string;
  readonly passes: string;
  readonly error?: string;
  readonly luts?: number;
  readonly lutsPerPe?: number;
  /** LUTs divided by those of the smallest baseline of the same arithmetic, target and size. */
  readonly ratio?: number;
  readonly registersPerPe?: number;
  readonly dsps?: number;
  readonly part?: string;
  /** Logic cells after packing, with the harness, median over the seeds. */
  readonly cells?: number;
  /** MHz: median over the seeds, least and greatest. */
  readonly fmax?: number;
  readonly fmaxRange?: readonly [least: number, greatest: number];
  readonly seeds: number;
  /** Why place and route failed with the first seed that failed. */
  readonly placeError?: string;
  readonly bar?: { readonly lutsPerPe?: number; readonly fmax?: number };
}

export const rowsOf = (results: readonly Result[]): readonly Row[] =>
  results.map((result) => {
    const others = results.filter(({ job }) => job.group === result.job.group && job.maker === 'baseline');
    return rowOf(result, Math.min(...others.map(({ counts }) => ('err' in counts ? Infinity : counts.lut))));
  });

const rowOf = ({ job, counts, flags, part, runs }: Result, baselineLuts: number): Row => {
  const { id, arithmetic, target, size, maker, design, passes } = job;
  const head = { id, arithmetic, target, size, maker, design, flags, passes };
  if ('err' in counts) return { ...head, error: counts.err, seeds: 0 };
  const speeds = runs.flatMap(({ fmax }) => fmax ?? []).toSorted((a, b) => a - b);
  const cells = runs.flatMap((run) => run.cells ?? []).toSorted((a, b) => a - b);
  const [least] = speeds;
  const failed = runs.find(({ err }) => err !== undefined)?.err;
  const greatest = speeds.at(-1);
  return {
    ...head,
    luts: counts.lut,
    lutsPerPe: rounded(counts.lut / job.pes),
    ...(Number.isFinite(baselineLuts) ? { ratio: rounded(counts.lut / baselineLuts) } : {}),
    registersPerPe: rounded(counts.ff / job.pes),
    dsps: counts.dsp,
    ...(part === undefined ? {} : { part }),
    ...(cells.length === 0 ? {} : { cells: median(cells) }),
    ...(least === undefined || greatest === undefined
      ? {}
      : { fmax: median(speeds), fmaxRange: [least, greatest] as const }),
    seeds: speeds.length,
    ...(failed === undefined ? {} : { placeError: failed }),
    ...(job.bar === undefined || maker === 'baseline' ? {} : { bar: job.bar }),
  };
};

const rounded = (value: number): number => Math.round(value * 100) / 100;
/** The lower one of the middle two. */
const median = (sorted: readonly number[]): number =>
  sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;

const explanation = `# Units beside hand-written arrays

Written by \`make bench BENCH=units\`; [bench/README.md](../../bench/README.md) says how. Weights at run time, 8-bit signed
activations, 24-bit accumulators, weights shifted in down the columns. LUTs and registers are synthesis counts of the array alone
(LUT4; ECP5: LUT4 + 2 × CCU2C); fmax is the median (least to greatest) of the seeds of place and route in the baseline's
harness, serial shift registers around every port; cells are the logic cells in use then, harness included. Each design has
the flags with which it is smallest. "of baseline" divides the LUTs by those of the smallest hand-written array of the same
arithmetic and size. A bar is what the issue asks of the best design of its table.`;

const text = (value: string | number | undefined): string => (value === undefined ? '–' : String(value));

const columns: readonly (readonly [heading: string, cell: (row: Row) => string])[] = [
  ['design', ({ maker, design }) => `${maker}: ${design}`],
  [
    'LUT/PE',
    ({ lutsPerPe, error }) => (error === undefined ? (lutsPerPe?.toFixed(2) ?? '–') : 'synthesis failed'),
  ],
  ['of baseline', ({ ratio }) => ratio?.toFixed(2) ?? '–'],
  ['FF/PE', ({ registersPerPe }) => registersPerPe?.toFixed(1) ?? '–'],
  ['DSP', ({ dsps }) => text(dsps)],
  ['cells', ({ cells }) => text(cells)],
  [
    'fmax MHz',
    ({ fmax, fmaxRange }) =>
      fmax === undefined || fmaxRange === undefined
        ? '–'
        : `${fmax.toFixed(0)} (${fmaxRange[0].toFixed(0)} to ${fmaxRange[1].toFixed(0)})`,
  ],
  ['seeds', ({ seeds, placeError }) => `${seeds}${placeError === undefined ? '' : `, ${placeError}`}`],
  ['part', ({ part }) => text(part)],
  ['flags', ({ flags, passes }) => [passes, flags].filter((item) => item !== '').join('; ') || '–'],
];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The whole page. */
export const page = (rows: readonly Row[]): string => {
  const title = ({ arithmetic, target, size }: Row): string => `${arithmetic}, ${size}, ${target}`;
  const titles = [...new Set(rows.map(title))];
  const sections = titles.map((name) => {
    const members = rows.filter((row) => title(row) === name);
    return [
      `## ${name}`,
      '',
      ...barLine(members),
      line(columns.map(([heading]) => heading)),
      line(columns.map(() => '---')),
      ...members.map((row) => line(columns.map(([, cell]) => cell(row)))),
    ].join('\n');
  });
  return `${[explanation, ...sections, `Tools: ${tools.join(', ')}.`].join('\n\n')}\n`;
};

const barLine = (members: readonly Row[]): readonly string[] => {
  const bar = members.find((row) => row.bar !== undefined)?.bar;
  if (bar === undefined) return [];
  const asked = [
    ...(bar.lutsPerPe === undefined ? [] : [`at most ${bar.lutsPerPe} LUT/PE`]),
    ...(bar.fmax === undefined ? [] : [`at least ${bar.fmax} MHz`]),
  ];
  return [`Bar: ${asked.join(', ')}.`, ''];
};
