/** What calibrations have in common: how a grid's greatest value is chosen, and the checks of what the caller asks for. */
import { QuantError } from '../errors.js';

/**
 * How the greatest representable magnitude (the clip) is chosen: `minMax`, the greatest observed; `percentile`, the least
 * that so many percent of the values other than 0 do not exceed; `mse`, the fraction of the greatest with the least squared
 * error.
 */
export type CalibrationMethod = 'minMax' | 'percentile' | 'mse';

export interface GridOptions {
  /** 2 .. 16. */
  readonly bits: number;
  readonly method: CalibrationMethod;
  /** For `percentile`: above 0, at most 100. Default 99.9. */
  readonly percentile?: number;
}

export const defaultPercentile = 99.9;

/** @throws QuantError QT601 */
export const checkGridOptions = (
  { bits, percentile = defaultPercentile }: GridOptions,
  where: string,
): void => {
  if (!Number.isInteger(bits) || bits < 2 || bits > 16)
    throw new QuantError('QT601', `${where}: ${bits} bits are not possible; ask for 2 to 16.`);
  if (!(percentile > 0 && percentile <= 100))
    throw new QuantError('QT601', `${where}: percentile ${percentile} is not in (0, 100]; 99.9 is usual.`);
};

/** Steps of the search for the clip of least squared error; the last is the greatest magnitude itself. */
const clipSteps = 128;

/**
 * The clip of least error among greatest * i / 128, i = 1 .. 128: never worse than `greatest`, which it is among equals.
 * (A linear search is what the authors of ADMM-EPC use for their scales, papers.md 3.1.)
 */
export const bestClip = (greatest: number, errorOf: (clip: number) => number): number => {
  let best = { clip: greatest, error: errorOf(greatest) };
  for (let step = clipSteps - 1; step > 0; step--) {
    const clip = (greatest * step) / clipSteps;
    const error = errorOf(clip);
    if (error < best.error) best = { clip, error };
  }
  return best.clip;
};

const leastScale = 2 ** -126;

/** clip / levels as float32, the type of scales in files; 1 where that is no normal number above 0 (all values are 0). */
export const scaleFor = (clip: number, levels: number): number => {
  const scale = Math.fround(clip / levels);
  return scale >= leastScale ? scale : 1;
};
