/** A dot product with constant pyramid weights: a tree of K - 1 additions and subtractions, and one multiplication. */

import { array, component, sint, uint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { signedWidth, typeRange } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { requirePyramidRow } from '../pvq-code/pyramid-row.js';
import { planPulseTree, type PulseNode } from './plan.js';

export interface PvqTreeParams {
  readonly name: string;
  /** 1 to 1024 integers whose magnitudes sum to `pulses`. */
  readonly weights: readonly number[];
  /** K, 1 to 1024. */
  readonly pulses: number;
  /** Bits of an activation, two's complement, 1 to 32. */
  readonly actWidth: number;
  /** Bits of the unsigned scale, 1 to 32. */
  readonly scaleWidth: number;
  /** Adder levels between registers, default 1; 0: none, and only the product is registered. */
  readonly levelsPerStage?: number;
}

/**
 * product = scale * Σ weights[i] * act[i], exact, `latencyCycles` after the activations; free running, no reset. Every pulse
 * is an operand of its own: K - 1 additions or subtractions, one multiplication; where all pulses are negative the product is
 * negated in the end. The scale must be stable from `latencyCycles` before it is used on. @throws UnitParameterError
 */
export const pvqTree = (params: PvqTreeParams) => {
  const { name, weights, pulses, actWidth, scaleWidth, levelsPerStage = 1 } = params;
  requirePyramidRow('pvqTree', 'weights', weights, pulses);
  requireInteger('pvqTree', 'actWidth', actWidth, 1, 32);
  requireInteger('pvqTree', 'scaleWidth', scaleWidth, 1, 32);
  requireInteger('pvqTree', 'levelsPerStage', levelsPerStage, 0, 10);
  const levels = Math.ceil(Math.log2(pulses));
  const latencyCycles = 1 + (levelsPerStage === 0 ? 0 : Math.ceil(levels / levelsPerStage));
  const productWidth = productWidthOf(params);
  const unit = component(
    name,
    {
      in: { act: array(weights.length, sint(actWidth)), scale: uint(scaleWidth) },
      out: { product: sint(productWidth) },
      parameters: { pulses, actWidth, scaleWidth, levelsPerStage },
      latency: latencyCycles,
    },
    ({ act, scale }, m) => {
      m.latency({ scale }, 'timeless');
      m.unused(act.filter((_, i) => weights[i] === 0));
      const levels = planPulseTree(weights, actWidth);
      const product = pulseSum(m, levels, act, levelsPerStage).mul(scale.toSint());
      const negated = levels.at(-1)?.[0]?.negated === true;
      return { product: m.pipe('product_q', (negated ? product.neg() : product).wrap(productWidth)) };
    },
  );
  return { component: unit, latencyCycles, productWidth };
};

const productWidthOf = ({ weights, actWidth, scaleWidth }: PvqTreeParams): number => {
  const { lo, hi } = typeRange(true, actWidth);
  const scale = typeRange(false, scaleWidth).hi;
  const total = (act: bigint, opposite: bigint): bigint =>
    weights.reduce((sum, weight) => sum + BigInt(weight) * (weight > 0 ? act : opposite), 0n);
  return signedWidth({ lo: scale * total(lo, hi), hi: scale * total(hi, lo) });
};

/** The root of the tree, registered every `levelsPerStage` levels and at the end; 0: nowhere. */
const pulseSum = (
  m: ModuleBuilder,
  [pulses = [], ...levels]: readonly (readonly PulseNode[])[],
  act: readonly SInt[],
  levelsPerStage: number,
): SInt => {
  let sums = pulses.map((node) => sumOf(node, act));
  levels.forEach((level, index) => {
    const depth = index + 1;
    sums = level.map((node) => sumOf(node, sums));
    if (levelsPerStage > 0 && (depth % levelsPerStage === 0 || depth === levels.length))
      sums = m.pipe(`sum_${depth}`, sums);
  });
  return at(sums, 0);
};

/** A register forgets the exact range of what it holds, so the width comes from the plan. */
const sumOf = ({ source, range }: PulseNode, level: readonly SInt[]): SInt => {
  if (source.kind === 'input') return at(level, source.index);
  if (source.kind === 'pass') return at(level, source.node);
  const [a, b] = [at(level, source.a), at(level, source.b)];
  return (source.kind === 'add' ? a.add(b) : a.sub(b)).wrap(signedWidth(range));
};

const at = (signals: readonly SInt[], index: number): SInt => {
  const signal = signals[index];
  if (signal === undefined) throw new RangeError(`a level has no node ${index}`);
  return signal;
};
