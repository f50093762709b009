/**
 * Our 8x8 multipliers beside the published ones of ../shared/data/evoapprox, at equal mean absolute error: area relative to
 * the exact multiplier of the same library, theirs as their index states it, ours as mapped here.
 */
import { readFileSync } from 'node:fs';

export interface Point {
  readonly name: string;
  readonly meanAbsolute: number;
  readonly relativeArea: number;
}

/** Area of their exact multiplier (mul8u_1JJQ), um2. */
const exactArea = 709.6;

export const publishedPoints = (file: string): readonly Point[] => {
  const index: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(index)) throw new Error(`${file} is no list`);
  return index.flatMap((entry: Readonly<Record<string, unknown>>): Point[] =>
    entry['group'] === '8x8_unsigned'
      ? [
          {
            name: String(entry['name']),
            meanAbsolute: Number(entry['mae']),
            relativeArea: Number(entry['lib_area_um2']) / exactArea,
          },
        ]
      : [],
  );
};

export interface Interval {
  /** Mean absolute errors from here … */
  readonly from: number;
  /** … to here. */
  readonly to: number;
  /** Smallest relative areas with an error of at most `from`. */
  readonly ours: number;
  readonly theirs: number;
}

export interface Comparison {
  readonly intervals: readonly Interval[];
  /** Share of the range in which ours is not larger, in the logarithm of the error. */
  readonly fraction: number;
}

/**
 * The range goes from their smallest to their greatest mean absolute error above 0, on a logarithmic scale. At every error
 * the smallest multiplier of each side that has at most this error stands for it.
 */
export const compare = (ours: readonly Point[], theirs: readonly Point[]): Comparison => {
  const errors = theirs.map(({ meanAbsolute }) => meanAbsolute).filter((error) => error > 0);
  const [lo, hi] = [Math.min(...errors), Math.max(...errors)];
  const steps = [...ours, ...theirs]
    .map(({ meanAbsolute }) => meanAbsolute)
    .filter((error) => lo <= error && error <= hi);
  const cuts = [...new Set(steps)].sort((a, b) => a - b);
  const intervals = cuts.slice(0, -1).map((from, index) => ({
    from,
    to: cuts[index + 1] ?? hi,
    ours: smallest(ours, from),
    theirs: smallest(theirs, from),
  }));
  const won = intervals.filter(({ ours: own, theirs: other }) => own <= other);
  const octaves = won.reduce((sum, { from, to }) => sum + Math.log2(to / from), 0);
  return { intervals, fraction: octaves / Math.log2(hi / lo) };
};

const smallest = (points: readonly Point[], error: number): number =>
  Math.min(...points.filter((point) => point.meanAbsolute <= error).map(({ relativeArea }) => relativeArea));
