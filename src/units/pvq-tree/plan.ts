/** Which operands a tree of pulses adds, which it subtracts, and the range of each sum. */
import { typeRange, type Range } from '../../num/index.js';

export interface PulseNode {
  /** Of the value that is there in hardware: the sum, or its negation where `negated`. */
  readonly range: Range;
  readonly negated: boolean;
  readonly source: Source;
}

/** An input, a node of the level before as it is, or the sum or difference of two. */
export type Source =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'pass'; readonly node: number }
  | { readonly kind: 'add'; readonly a: number; readonly b: number }
  | { readonly kind: 'subtract'; readonly a: number; readonly b: number };

/** Levels from the operands, one per pulse, to the root. */
export const planPulseTree = (
  weights: readonly number[],
  actWidth: number,
): readonly (readonly PulseNode[])[] => {
  const range = typeRange(true, actWidth);
  let level: readonly PulseNode[] = weights.flatMap((weight, index) =>
    Array.from({ length: Math.abs(weight) }, (): PulseNode => {
      return { range, negated: weight < 0, source: { kind: 'input', index } };
    }),
  );
  const levels = [level];
  while (level.length > 1) {
    level = pairs(level);
    levels.push(level);
  }
  return levels;
};

const pairs = (level: readonly PulseNode[]): readonly PulseNode[] => {
  const next: PulseNode[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [a, b] = [level[i], level[i + 1]];
    if (a === undefined) continue;
    next.push(b === undefined ? { ...a, source: { kind: 'pass', node: i } } : pair(a, i, b, i + 1));
  }
  return next;
};

/** a + b, a - b or b - a: a negation moves up until it meets an operand without one. */
const pair = (a: PulseNode, atA: number, b: PulseNode, atB: number): PulseNode => {
  if (a.negated === b.negated) {
    const range = { lo: a.range.lo + b.range.lo, hi: a.range.hi + b.range.hi };
    return { range, negated: a.negated, source: { kind: 'add', a: atA, b: atB } };
  }
  if (a.negated) return pair(b, atB, a, atA);
  const range = { lo: a.range.lo - b.range.hi, hi: a.range.hi - b.range.lo };
  return { range, negated: false, source: { kind: 'subtract', a: atA, b: atB } };
};
