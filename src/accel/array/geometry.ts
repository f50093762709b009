/** How wide one activation word is, and how much of the requested array it can feed. */

import { AccelError } from '../errors.js';

export interface Geometry {
  /** What was asked for. */
  readonly requestedRows: number;
  readonly requestedColumns: number;
  /** Input channels and output channels per cycle; both divide `lanes`. */
  readonly rows: number;
  readonly columns: number;
  /** Channels in one activation word. */
  readonly lanes: number;
}

/** Largest divisor of `of` that is at most `atMost`; at least 1. */
export const largestDivisor = (of: number, atMost: number): number => {
  for (let candidate = Math.min(of, atMost); candidate > 1; candidate--)
    if (of % candidate === 0) return candidate;
  return 1;
};

/**
 * Every word is cut into whole groups of rows (reading) and of columns (writing), so both must divide the word. The word
 * is the narrowest one, at most twice the larger side, that keeps most PEs busy: 16x16 has words of 16, 4x8 of 8, 4x6 of
 * 12; 13x16 runs as 13x13, because no short word holds whole groups of 13 and of 16.
 * @throws AccelError ACC003 when a side is not an integer from 1 to 64.
 */
export const geometryFor = (requestedRows: number, requestedColumns: number): Geometry => {
  for (const side of [requestedRows, requestedColumns]) {
    if (!Number.isInteger(side) || side < 1 || side > 64) {
      throw new AccelError(
        'ACC003',
        `an array of ${requestedRows}x${requestedColumns} is not possible; rows and columns are integers from 1 to 64`,
      );
    }
  }
  let best: Geometry | undefined;
  const widest = 2 * Math.max(requestedRows, requestedColumns);
  for (let lanes = Math.min(requestedRows, requestedColumns); lanes <= widest; lanes++) {
    const rows = largestDivisor(lanes, requestedRows);
    const columns = largestDivisor(lanes, requestedColumns);
    if (best === undefined || rows * columns > best.rows * best.columns)
      best = { requestedRows, requestedColumns, rows, columns, lanes };
  }
  if (best === undefined) throw new RangeError('an array has at least one word size');
  return best;
};

/** Largest divisor of `lanes` that is at most `products`: channels one integer dot product takes from a word. */
export const channelGroup = (lanes: number, products: number): number => largestDivisor(lanes, products);
