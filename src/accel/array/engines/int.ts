/** Integer weights on lanes: multipliers, or weights recoded into digits, which need LUTs and carry chains only. */

import { intDot, recodedDot, recodedDotCorrection } from '../../../units/index.js';
import type { ConvLayer } from '../../../nn/index.js';
import { digitTerm, linearWeights, type Engine, type EngineUnit } from './engine.js';

export interface IntEngineParams {
  /** Multipliers per column. */
  readonly products: number;
  readonly actWidth: number;
  /** Bits of a weight, two's complement, 2 to 16. */
  readonly weightWidth: number;
  readonly multiplier: 'product' | 'recoded';
}

export const intEngine = (params: IntEngineParams): Engine => {
  const { products, weightWidth, multiplier } = params;
  const recoded = multiplier === 'recoded';
  const missing = (weight: number): number =>
    recoded ? Number(recodedDotCorrection([BigInt(weight)], weightWidth)) : 0;
  return {
    name: 'int',
    kind: 'int',
    operands: 'lanes',
    products,
    codeWidth: weightWidth,
    encode: (layer, input) =>
      linearWeights(layer, input, [codesOf(layer, weightWidth)], Array.from(layer.weights, missing)),
    greatestTerm: digitTerm,
    unit: intUnit(params),
  };
};

const intUnit = ({ products, actWidth, weightWidth, multiplier }: IntEngineParams): EngineUnit => {
  const shape = { products, actWidth, weightWidth };
  const unit =
    multiplier === 'recoded' ? recodedDot(shape) : { ...intDot(shape), weightLeadCycles: 0 as const };
  return {
    latencyCycles: unit.latencyCycles,
    weightLeadCycles: unit.weightLeadCycles,
    column: (instance, act, codes) =>
      unit.component(instance, { act, weight: codes.map((code) => code.wrap(weightWidth).asSint()) }).sum,
  };
};

const codesOf = ({ weights }: ConvLayer, weightWidth: number): readonly number[] =>
  Array.from(weights, (weight) => (weight < 0 ? weight + 2 ** weightWidth : weight));
