/** A dot product with constant pyramid weights: a tree of K - 1 additions and subtractions, and one multiplication. */

import { array, component, sint, uint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { signedWidth, typeRange, type Range } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { requirePyramidRow } from '../pvq-code/pyramid-row.js';

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

/** `sum` stands for its negation where `negated`. */
interface Partial {
  readonly sum: SInt;
  readonly range: Range;
  readonly negated: boolean;
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
      const { sum, negated } = tree(m, pulseTerms(act, weights), levelsPerStage);
      const product = sum.mul(scale.toSint());
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

/** An operand per pulse. */
const pulseTerms = (act: readonly SInt[], weights: readonly number[]): readonly Partial[] =>
  act.flatMap((sum, i) => {
    const weight = weights[i] ?? 0;
    const term: Partial = { sum, range: typeRange(true, sum.width), negated: weight < 0 };
    return Array.from({ length: Math.abs(weight) }, () => term);
  });

const tree = (m: ModuleBuilder, terms: readonly Partial[], levelsPerStage: number): Partial => {
  let level = terms;
  for (let depth = 1; level.length > 1; depth++) {
    level = pairs(level);
    if (depth % levelsPerStage === 0 || (levelsPerStage > 0 && level.length === 1))
      level = registered(m, level, depth);
  }
  const [root] = level;
  if (root === undefined) throw new RangeError('a tree has at least one operand');
  return root;
};

const registered = (m: ModuleBuilder, level: readonly Partial[], depth: number): readonly Partial[] => {
  const sums = m.pipe(
    `sum_${depth}`,
    level.map(({ sum }) => sum),
  );
  return level.map((partial, i) => ({ ...partial, sum: sums[i] ?? partial.sum }));
};

const pairs = (level: readonly Partial[]): readonly Partial[] => {
  const next: Partial[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [a, b] = [level[i], level[i + 1]];
    if (a !== undefined) next.push(b === undefined ? a : sumOf(a, b));
  }
  return next;
};

/** a + b, a - b or b - a: a negation moves up until it meets a positive operand. */
const sumOf = (a: Partial, b: Partial): Partial => {
  if (a.negated === b.negated) {
    const range = { lo: a.range.lo + b.range.lo, hi: a.range.hi + b.range.hi };
    return { sum: a.sum.add(b.sum).wrap(signedWidth(range)), range, negated: a.negated };
  }
  const [plus, minus] = a.negated ? [b, a] : [a, b];
  const range = { lo: plus.range.lo - minus.range.hi, hi: plus.range.hi - minus.range.lo };
  return { sum: plus.sum.sub(minus.sum).wrap(signedWidth(range)), range, negated: false };
};
