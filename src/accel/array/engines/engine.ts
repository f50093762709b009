/** What the array must know about a unit that multiplies and adds: one engine per family of weights in use. */

import type { ConvLayer, IntegerTensor } from '../../../nn/index.js';
import type { SInt, UInt } from '../../../hdl/index.js';

export interface Engine {
  /** Unique in an array; part of the names of modules and memories. */
  readonly name: string;
  /** What people call its PEs. */
  readonly kind: 'ternary' | 'powerOfTwo' | 'table' | 'int';
  /**
   * `dense`: rows x columns PEs, a group of input channels goes to all columns. `lanes`: a few multipliers per column, each
   * with an activation of its own.
   */
  readonly operands: 'dense' | 'lanes';
  /** Activations and weights per column and cycle. */
  readonly products: number;
  /** Bits of one stored weight. */
  readonly codeWidth: number;
  readonly encode: (layer: ConvLayer, input: IntegerTensor) => CodedWeights;
  /** The most that one product adds, whatever its sign, where activation and weight are at most that large. */
  readonly greatestTerm: (activation: bigint, weight: bigint) => bigint;
  readonly unit: EngineUnit;
}

/** A layer's weights as its engine stores and computes them; lists are indexed like `layer.weights`. */
export interface CodedWeights {
  /** Code of each weight per plane, heaviest plane first; each plane counts twice the next. Code 0: no weight. */
  readonly planes: readonly (readonly number[])[];
  /** Least and greatest that the engine adds for a weight, over all activations of the input's type. */
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  /** Product less what the engine adds for a weight, the same for every activation. */
  readonly missing: readonly number[];
  /** What the engine adds where there is no weight. */
  readonly idle: number;
}

export interface EngineUnit {
  readonly latencyCycles: number;
  /** Weights enter this many cycles before their activations. */
  readonly weightLeadCycles: 0 | 1;
  /** One column: the sum of its products, `latencyCycles` after the activations. */
  readonly column: (instance: string, act: readonly SInt[], codes: readonly UInt[]) => SInt;
}

/** `greatestTerm` of digits with ones' complements: what they leave out is less than twice the weight. */
export const digitTerm: Engine['greatestTerm'] = (activation, weight) => (activation + 2n) * weight;

/** Range of x of a tensor's type. */
const typeBounds = ({ signed, bits }: IntegerTensor): { readonly lo: number; readonly hi: number } =>
  signed ? { lo: -(2 ** (bits - 1)), hi: 2 ** (bits - 1) - 1 } : { lo: 0, hi: 2 ** bits - 1 };

/** Coded weights of an engine whose products are act * weight - missing. */
export const linearWeights = (
  layer: ConvLayer,
  input: IntegerTensor,
  planes: CodedWeights['planes'],
  missing: readonly number[],
): CodedWeights => {
  const { lo, hi } = typeBounds(input);
  const weights = Array.from(layer.weights);
  return {
    planes,
    lo: weights.map((weight, index) => Math.min(weight * lo, weight * hi) - (missing[index] ?? 0)),
    hi: weights.map((weight, index) => Math.max(weight * lo, weight * hi) - (missing[index] ?? 0)),
    missing,
    idle: 0,
  };
};
