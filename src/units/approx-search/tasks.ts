/** The searches whose results are the catalogue; `make bench BENCH=approx-search` runs them and writes it. */

import { sumOfGates, nandEquivalents } from './costs.js';
import { lutCost } from './lut-cost.js';
import type { PathTask } from './path.js';

/** One search of the catalogue. `name`: width, signs, what is minimized, what is bounded. */
export interface CatalogueTask {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  readonly task: PathTask;
}

/** 0, then `first` times powers of 2^(1/perOctave) up to `last`. */
const rising = (first: number, last: number, perOctave: number): readonly number[] => {
  const count = Math.floor(Math.log2(last / first) * perOctave) + 1;
  return [0, ...Array.from({ length: count }, (_, index) => first * 2 ** (index / perOctave))];
};

/** The mean product of uniform unsigned operands: the error of a multiplier that always gives 0. */
const meanProduct = (width: number): number => ((2 ** width - 1) / 2) ** 2;

interface Effort {
  readonly steps: number;
  readonly restarts: number;
}

/** Tasks by the file of the catalogue that keeps their results. */
export const catalogueTasks = (width: 2 | 3 | 4 | 8): readonly CatalogueTask[] => {
  const named = (
    aim: 'area' | 'luts',
    metric: PathTask['metric'],
    signed: boolean,
    effort: Effort,
  ): CatalogueTask => {
    const bounded = metric === 'meanAbsolute' ? 'mean' : 'worst';
    return {
      name: `${width}x${width} ${signed ? 'signed' : 'unsigned'}, least ${aim}, bounded ${bounded} error`,
      width,
      signed,
      task: {
        ...{ aWidth: width, bWidth: width, signed, metric, ...effort, seed: 1 },
        bounds: boundsOf(width, metric),
        spareGates: width === 8 ? 0 : 12 * width,
        cost: aim === 'area' ? sumOfGates(nandEquivalents) : lutCost(4),
      },
    };
  };
  if (width === 8) return [named('area', 'meanAbsolute', false, { steps: 100_000, restarts: 1 })];
  const [few, many] = width === 2 ? [2, 4] : [1, 2];
  // Counting LUTs takes far longer than adding areas.
  const lutSteps = { 2: 10_000, 3: 5_000, 4: 2_500 }[width];
  return [
    named('area', 'meanAbsolute', false, { steps: 25_000, restarts: many }),
    named('luts', 'meanAbsolute', false, { steps: lutSteps, restarts: 1 }),
    named('area', 'worstCase', false, { steps: 10_000, restarts: few }),
    named('area', 'meanAbsolute', true, { steps: 10_000, restarts: few }),
    named('luts', 'meanAbsolute', true, { steps: lutSteps / 2, restarts: 1 }),
  ];
};

const boundsOf = (width: number, metric: PathTask['metric']): readonly number[] => {
  if (metric === 'worstCase') return rising(1, (2 ** width - 1) ** 2, 2);
  if (width === 2) return Array.from({ length: 23 }, (_, sixteenths) => sixteenths / 16);
  return rising(width === 8 ? 0.125 : 0.0625, meanProduct(width), 2);
};
