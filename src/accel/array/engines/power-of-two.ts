/** Weights 0 and ±2^k: shift, add or subtract. */

import { greatestExponent, powerOfTwoCode, powerOfTwoDot } from '../../../units/index.js';
import { linearWeights, type Engine, type EngineUnit } from './engine.js';

export interface PowerOfTwoEngineParams {
  readonly rows: number;
  readonly actWidth: number;
  /** Bits of a code, 2 to 5: magnitudes up to 2^0, 2^1, 2^3, 2^7. */
  readonly codeBits: number;
}

/** Fewest bits of a code whose magnitudes reach 2^exponent; undefined when none does. */
export const codeBitsFor = (exponent: number): number | undefined =>
  [2, 3, 4, 5].find((bits) => greatestExponent(bits) >= exponent);

export const powerOfTwoEngine = (params: PowerOfTwoEngineParams): Engine => {
  const { rows, actWidth, codeBits } = params;
  // The unit counts activations from their least value on, and takes complements: a product is never negative.
  const half = 2 ** (actWidth - 1);
  const missing = (weight: number): number => (weight > 0 ? -half * weight : (half - 1) * weight);
  return {
    name: 'power_of_two',
    kind: 'powerOfTwo',
    operands: 'dense',
    products: rows,
    codeWidth: codeBits,
    encode: (layer, input) => {
      const codes = Array.from(layer.weights, (weight) => Number(powerOfTwoCode(BigInt(weight), codeBits)));
      return linearWeights(layer, input, [codes], Array.from(layer.weights, missing));
    },
    greatestTerm: (activation, weight) => (activation + BigInt(half)) * weight,
    unit: powerOfTwoUnit(params),
  };
};

const powerOfTwoUnit = (params: PowerOfTwoEngineParams): EngineUnit => {
  const { component, latencyCycles } = powerOfTwoDot(params);
  return {
    latencyCycles,
    weightLeadCycles: 0,
    // Sums start at 0; the unit gives them with the highest bit inverted, as two's complement.
    column: (instance, act, weight) => {
      const { sum } = component(instance, { act, weight });
      return sum
        .xor(-(2 ** (sum.width - 1)))
        .asUint()
        .toSint();
    },
  };
};
