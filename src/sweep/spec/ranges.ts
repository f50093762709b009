/** Values of a dimension: one, a list, or a range. */

import type { z } from 'zod';
import { SweepError } from '../errors.js';
import type { numbersSchema, rangeSchema } from './schema.js';

export type Range = z.output<typeof rangeSchema>;

/** A range of more values than this is a mistake in writing. */
const mostValues = 100_000;

/** The values of a range, ascending. @throws SweepError BAD_SWEEP_FILE when there is none, or more than 100,000 */
export const valuesOf = (range: Range): readonly number[] => {
  const values: number[] = [];
  // By index: 0.1 added ten times is not 1.
  for (let index = 0; values.length <= mostValues; index++) {
    const value =
      'step' in range ? range.from + index * range.step : range.from * Math.pow(range.times, index);
    const rounded = Number(value.toPrecision(12));
    if (rounded > range.to) break;
    values.push(rounded);
  }
  const complaint =
    values.length === 0 ? 'holds nothing' : values.length > mostValues ? 'holds too many values' : undefined;
  if (complaint !== undefined)
    throw new SweepError(
      'BAD_SWEEP_FILE',
      `the range ${JSON.stringify(range)} ${complaint}; change from, to or the step`,
    );
  return values;
};

/** One number, a list or a range as a list. */
export const numbersOf = (numbers: z.output<typeof numbersSchema>): readonly number[] => {
  if (typeof numbers === 'number') return [numbers];
  return 'from' in numbers ? valuesOf(numbers) : numbers;
};
