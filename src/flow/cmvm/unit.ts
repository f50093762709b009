/** The hardware of a constant matrix, and what its ports carry cycle by cycle. */

import type { Design } from '../../hdl/index.js';
import { createRandom } from '../../num/index.js';
import {
  cmvm,
  cmvmFolded,
  cmvmFoldedModel,
  cmvmModel,
  inGroups,
  inputRange,
  type Fold,
} from '../../units/index.js';
import type { MatrixFile } from './matrix.js';
import type { CmvmReport } from './report.js';

export interface CmvmUnit {
  readonly design: Design;
  readonly latencyCycles: number;
  /** Cycles from one vector to the next. */
  readonly cyclesPerVector: number;
  /** Of the shared adder graph; a folded matrix has none. */
  readonly graph: CmvmReport['graph'];
  readonly fold: Fold | null;
}

export interface CmvmUnitOptions {
  readonly target: 'ice40' | 'ecp5';
  /** A register after so many adder levels; 0: none. */
  readonly levelsPerStage: number;
  readonly fold: Fold | undefined;
  readonly seed: number;
}

/** @throws UnitParameterError */
export const makeUnit = (matrix: MatrixFile, options: CmvmUnitOptions): CmvmUnit => {
  const { fold, target, levelsPerStage, seed } = options;
  const { name, weights, inputWidth, inputSigned } = matrix;
  const common = { name, matrix: weights, inputWidth, inputSigned };
  if (fold !== undefined) {
    const { component, latencyCycles, cycles } = cmvmFolded({ ...common, fold });
    return { design: component.design, latencyCycles, cyclesPerVector: cycles, graph: null, fold };
  }
  const unit = cmvm({ ...common, target, levelsPerStage, seed });
  const { component, latencyCycles, adderBits, levels } = unit;
  const figures = { adders: unit.graph.adders.length, adderBits, depth: levels };
  return { design: component.design, latencyCycles, cyclesPerVector: 1, graph: figures, fold: null };
};

/** Values of the ports in one cycle; what is not named is not checked. */
export interface TraceCycle {
  readonly inputs: Readonly<Record<string, bigint>>;
  readonly outputs: Readonly<Record<string, bigint>>;
}

/** Extreme and random vectors. */
export const vectorsFor = (
  matrix: MatrixFile,
  count: number,
  seed: number,
): readonly (readonly number[])[] => {
  const random = createRandom(seed);
  const { lo, hi } = inputRange(matrix);
  const inputs = matrix.weights[0]?.length ?? 0;
  return Array.from({ length: count }, (_, vector) =>
    Array.from({ length: inputs }, () => {
      if (vector === 0) return lo;
      if (vector === 1) return hi;
      const place = random.unit();
      if (vector % 4 === 2) return place < 0.5 ? lo : hi;
      return lo + Math.floor(place * (hi - lo + 1));
    }),
  );
};

/** Every vector as soon as it can enter, and the model's outputs when they are due. */
export const traceOf = (
  { weights }: MatrixFile,
  { latencyCycles, cyclesPerVector, fold }: CmvmUnit,
  vectors: readonly (readonly number[])[],
): readonly TraceCycle[] => {
  const enteringCycles = vectors.length * cyclesPerVector;
  const inputs = vectors.flatMap((x) => entering(x, fold, cyclesPerVector));
  const [idle = {}] = inputs;
  const due = vectors.flatMap((x, index) => {
    const start = index * cyclesPerVector + latencyCycles;
    if (fold === null) return [{ cycle: start, outputs: ports('y', cmvmModel(weights, x)) }];
    const groups = cmvmFoldedModel(weights, fold, x);
    const first = fold.side === 'inputs' ? start + cyclesPerVector - 1 : start;
    return groups.map((y, group) => ({
      cycle: first + group,
      outputs: {
        ...ports('y', y),
        out_valid: 1n,
        ...(fold.side === 'outputs' ? { out_group: BigInt(group) } : {}),
      },
    }));
  });
  const byCycle = new Map(due.map(({ cycle, outputs }) => [cycle, outputs]));
  const length = Math.max(enteringCycles, ...byCycle.keys()) + 1;
  const silent = fold === null ? {} : { out_valid: 0n };
  return Array.from({ length }, (_, cycle) => ({
    inputs: inputs[cycle] ?? { ...idle, ...(fold === null ? {} : { in_valid: 0n }) },
    outputs: byCycle.get(cycle) ?? silent,
  }));
};

/** The input ports while one vector enters. */
const entering = (
  x: readonly number[],
  fold: Fold | null,
  cycles: number,
): readonly Readonly<Record<string, bigint>>[] => {
  if (fold === null) return [ports('x', x)];
  if (fold.side === 'inputs')
    return inGroups(x, fold.perCycle).map((group) => ({ ...ports('x', group), in_valid: 1n }));
  return Array.from({ length: cycles }, (_, phase) => ({
    ...ports('x', x),
    in_valid: phase === 0 ? 1n : 0n,
  }));
};

const ports = (name: string, values: readonly number[]): Readonly<Record<string, bigint>> =>
  Object.fromEntries(values.map((value, index) => [`${name}_${index}`, BigInt(value)]));
