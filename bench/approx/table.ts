/** The page docs/results/approx.md. */
import { z } from 'zod';
import { compare, type Point } from './evoapprox.js';

/** One measured multiplier: errors, um2, fJ per operation, ns, LUT4s. */
export const rowSchema = z.object({
  name: z.string(),
  width: z.number(),
  signed: z.boolean(),
  origin: z.enum(['search', 'generator']),
  meanAbsolute: z.number(),
  worstCase: z.number(),
  meanRelative: z.number(),
  bias: z.number(),
  meanSquared: z.number(),
  errorProbability: z.number(),
  area: z.number(),
  energy: z.number(),
  delayNs: z.number().optional(),
  ice40: z.number().optional(),
  ecp5: z.number().optional(),
});
export type Row = Readonly<z.infer<typeof rowSchema>>;

type Cost = 'area' | 'energy' | 'ice40' | 'ecp5';
type ErrorFigure = 'meanAbsolute' | 'worstCase';

/** Rows that no other is at least as good as in both figures and better in one; of equals the first. */
export const paretoSet = (rows: readonly Row[], error: ErrorFigure, cost: Cost): readonly Row[] => {
  const measured = rows.filter((row) => row[cost] !== undefined);
  const costOf = (row: Row): number => row[cost] ?? Infinity;
  const sorted = [...measured].sort((a, b) => a[error] - b[error] || costOf(a) - costOf(b));
  let least = Infinity;
  return sorted.filter((row) => {
    if (costOf(row) >= least) return false;
    least = costOf(row);
    return true;
  });
};

const number = (value: number | undefined, digits = 4): string =>
  value === undefined ? '–' : String(Number(value.toPrecision(digits)));

const header = (titles: readonly string[]): readonly string[] => [
  `| ${titles.join(' | ')} |`,
  `|${titles.map(() => '---').join('|')}|`,
];

const titles = [
  ...['multiplier', 'mean', 'worst', 'relative', 'bias', 'wrong'],
  ...['area um²', 'energy fJ', 'iCE40', 'ECP5', 'optimal in'],
];

const rowText = (row: Row, marks: string): string =>
  `| ${[
    row.name,
    ...[row.meanAbsolute, row.worstCase, row.meanRelative, row.bias, row.errorProbability].map((n) =>
      number(n),
    ),
    number(row.area, 5),
    number(row.energy),
    number(row.ice40),
    number(row.ecp5),
    marks,
  ].join(' | ')} |`;

const costs: readonly Cost[] = ['area', 'energy', 'ice40', 'ecp5'];

/** One table per width and signs, cheapest last, and the sizes of its Pareto sets. */
const tableOfGroup = (rows: readonly Row[]): readonly string[] => {
  const sets = (['meanAbsolute', 'worstCase'] as const).flatMap((error) =>
    costs.map((cost) => ({ error, cost, members: paretoSet(rows, error, cost) })),
  );
  const counts = sets
    .filter(({ members }) => members.length > 0)
    .map(({ error, cost, members }) => {
      const approximate = members.filter((row) => row.meanAbsolute > 0).length;
      return `${error === 'meanAbsolute' ? 'mean' : 'worst'} against ${cost}: ${approximate}`;
    });
  const marksOf = (row: Row): string =>
    sets
      .filter(({ error, members }) => error === 'meanAbsolute' && members.includes(row))
      .map(({ cost }) => cost)
      .join(', ');
  const shown = rows.filter((row) => marksOf(row) !== '' || row.origin === 'generator');
  const sorted = [...shown].sort((a, b) => a.meanAbsolute - b.meanAbsolute || a.area - b.area);
  return [
    `Approximate members of the Pareto sets, error against cost: ${counts.join('; ')}.`,
    '',
    ...header(titles),
    ...sorted.map((row) => rowText(row, marksOf(row))),
  ];
};

/** Smallest area of an exact multiplier among the rows. */
export const exactAreaOf = (rows: readonly Row[]): number =>
  Math.min(...rows.filter((row) => row.meanAbsolute === 0).map(({ area }) => area));

export const pointsOf = (rows: readonly Row[]): readonly Point[] => {
  const reference = exactAreaOf(rows);
  return rows.map(({ name, meanAbsolute, area }) => ({ name, meanAbsolute, relativeArea: area / reference }));
};

const comparisonText = (rows: readonly Row[], published: readonly Point[]): readonly string[] => {
  const { intervals, fraction } = compare(pointsOf(rows), published);
  return [
    '## 8x8 beside Evoapprox',
    '',
    'Mean absolute errors from the smallest to the greatest above 0 of the 30 published circuits, on a logarithmic scale. At',
    'every error each side shows its smallest multiplier with at most that error, as area relative to the exact one: theirs by',
    `their index (709.6 um²), ours to the smallest exact one that we can make in the same library and flow (${number(exactAreaOf(rows), 6)} um²).`,
    '',
    `**Ours is not larger in ${(100 * fraction).toFixed(1)} % of the range.** Bar: more than half.`,
    '',
    ...header(['mean error from', 'to', 'ours', 'theirs', 'not larger']),
    ...intervals.map(
      ({ from, to, ours, theirs }) =>
        `| ${number(from)} | ${number(to)} | ${ours.toFixed(4)} | ${theirs.toFixed(4)} | ${ours <= theirs ? 'yes' : 'no'} |`,
    ),
    '',
  ];
};

export const page = (
  rows: readonly Row[],
  published: readonly Point[],
  tools: Readonly<Record<string, string>>,
): string => {
  const groups = [2, 3, 4, 8].flatMap((width) =>
    [false, true].map((signed) => ({
      title: `## ${width}x${width} ${signed ? 'signed' : 'unsigned'}`,
      rows: rows.filter((row) => row.width === width && row.signed === signed),
    })),
  );
  const eight = rows.filter((row) => row.width === 8 && !row.signed);
  return [
    '# Approximate multipliers',
    '',
    'Written by `make bench BENCH=approx`. Errors are figures of the whole product table, operands uniform: mean and worst of',
    '|error|, mean of |error| / |exact|, bias (mean error), share of wrong products. Area and energy: cells of the library, energy',
    'of one operation on uniform random operands, inputs and leakage included. iCE40: LUT4s; ECP5: LUT4 + 2 CCU2C; `synth_ice40`,',
    '`synth_ecp5` of the unit alone, no DSP cells. Every generator is shown; of the search those on a Pareto set of mean error',
    `against a cost, named in the last column. ${Object.values(tools).join(', ')}.`,
    '',
    ...(eight.length === 0 ? [] : comparisonText(eight, published)),
    ...groups
      .filter((group) => group.rows.length > 0)
      .flatMap((group) => [group.title, '', ...tableOfGroup(group.rows), '']),
  ].join('\n');
};
