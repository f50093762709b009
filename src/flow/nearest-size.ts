/** Searches the largest array of the requested proportions that fits a device. */

import { geometryFor } from '../accel/index.js';

export interface ArraySize {
  readonly rows: number;
  readonly columns: number;
}

export const sizeName = ({ rows, columns }: ArraySize): string => `${rows}x${columns}`;

/** Arrays of about the same proportions with fewer PEs, smallest first: 1x1 .. 15x15 for 16x16. */
export const smallerSizes = ({ rows, columns }: ArraySize): readonly ArraySize[] => {
  const steps = Math.max(rows, columns);
  const requested = geometryFor(rows, columns);
  const sizes: ArraySize[] = [];
  for (let step = 1; step < steps; step++) {
    const scaled = (side: number): number => Math.ceil((side * step) / steps);
    // What really is built: sides that no activation word can feed are shortened.
    const { rows: r, columns: c } = geometryFor(scaled(rows), scaled(columns));
    const largest = sizes.at(-1);
    const least = largest === undefined ? 0 : largest.rows * largest.columns;
    if (r * c > least && r * c < requested.rows * requested.columns) sizes.push({ rows: r, columns: c });
  }
  return sizes;
};

export interface Found {
  /** undefined: none of those tried fits. */
  readonly size: ArraySize | undefined;
  /** False: the search was ended early, a larger size may fit. */
  readonly complete: boolean;
}

/**
 * Bisection, for needs that grow with the array. `share` (0 .. 1), the part of the requested array that the device could
 * hold if needs were proportional, says where to begin. `fits` answers undefined when there is no time left.
 */
export const largestThatFits = async (
  sizes: readonly ArraySize[],
  share: number,
  fits: (size: ArraySize) => Promise<boolean | undefined>,
): Promise<Found> => {
  let fitting = -1;
  let tooLarge = sizes.length;
  let next = Math.min(sizes.length - 1, Math.max(0, Math.floor(sizes.length * Math.sqrt(share))));
  while (tooLarge - fitting > 1) {
    const size = sizes[next];
    if (size === undefined) break;
    const answer = await fits(size);
    if (answer === undefined) return { size: sizes[fitting], complete: false };
    if (answer) fitting = next;
    else tooLarge = next;
    next = Math.floor((fitting + tooLarge) / 2);
  }
  return { size: sizes[fitting], complete: true };
};
