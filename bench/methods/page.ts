/** docs/results/methods.md, and the table that tests print. */
import type { Row } from './results.js';

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Of a sample; 0 for one value. */
const deviation = (values: readonly number[]): number =>
  values.length < 2
    ? 0
    : Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

const points = (values: readonly number[], digits = 2): string =>
  `${(100 * mean(values)).toFixed(digits)}${values.length < 2 ? '' : ` ± ${(100 * deviation(values)).toFixed(digits)}`}`;

interface Group {
  readonly first: Row;
  readonly rows: readonly Row[];
}

const groupsOf = (rows: readonly Row[]): readonly Group[] => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.network} ${row.job}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ first, rows: group }];
  });
};

/** Points of accuracy lost, mean over the seeds. */
export const lostPoints = (rows: readonly Pick<Row, 'before' | 'after'>[]): number =>
  100 * mean(rows.map(({ before, after }) => before - after));

const line = ({ first, rows }: Group): string => {
  const lost = lostPoints(rows);
  const bar = first.bar === undefined ? '' : ` (bar ${first.bar}${lost <= first.bar ? '' : ', missed'})`;
  return [
    '',
    first.job,
    points(rows.map(({ before }) => before)),
    points(rows.map(({ after }) => after)),
    `${lost.toFixed(2)}${bar}`,
    String(rows.length),
    `${(100 * (1 - first.multiplications / first.macs)).toFixed(1)} %`,
    mean(rows.map(({ packedBits, weights }) => packedBits / weights)).toFixed(2),
    mean(rows.map(({ bops }) => bops / 1e6)).toFixed(1),
    mean(rows.map(({ energyRatio }) => energyRatio)).toFixed(1),
    String(first.epochs),
    mean(rows.map(({ cpuSeconds }) => cpuSeconds)).toFixed(0),
    '',
  ]
    .join(' | ')
    .trim();
};

/** One table per network. */
export const tables = (rows: readonly Row[]): string => {
  const networks = [...new Set(rows.map(({ network }) => network))];
  return networks
    .map((network) =>
      [
        `### ${network}`,
        '',
        '| method | float, % | integers, % | points lost | seeds | multiplications removed | bits per weight | MBOPs | energy, times below fp16 | epochs | CPU s |',
        `|---${'|--:'.repeat(10)}|`,
        ...groupsOf(rows.filter((row) => row.network === network)).map(line),
      ].join('\n'),
    )
    .join('\n\n');
};
