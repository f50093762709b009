/** A truth table as logic: one reduced ordered binary decision diagram for all output bits, a two-way choice per node. */

import { bit, cat, type ModuleBuilder, type UInt } from '../../hdl/index.js';

/** A node of the diagram: constant 0, constant 1, or a choice by input bit `variable` (0 = lowest bit of the index). */
interface Choice {
  readonly variable: number;
  readonly whenOne: number;
  readonly whenZero: number;
}

interface Diagram {
  /** Node n is choices[n - 2]; nodes 0 and 1 are the constants. Later nodes choose between earlier ones. */
  readonly choices: readonly Choice[];
  /** A node per output bit, lowest first. */
  readonly roots: readonly number[];
}

/**
 * The value of `table` (two's complement in `width` bits) at the index whose bits are `index`, lowest first; of the
 * orders of the bits that are tried (a first, b first, interleaved from the top) the one with the fewest nodes.
 */
export const tableLogic = (
  m: ModuleBuilder,
  index: readonly UInt[],
  table: readonly number[],
  width: number,
  bWidth: number,
): UInt => {
  return drawDiagram(m, index, smallestDiagram(index.length, table, width, bWidth));
};

/** Two-way choices that `tableLogic` draws: no more LUTs than that. */
export const tableLogicChoices = (
  indexWidth: number,
  table: readonly number[],
  width: number,
  bWidth: number,
): number => smallestDiagram(indexWidth, table, width, bWidth).choices.length;

const smallestDiagram = (
  indexWidth: number,
  table: readonly number[],
  width: number,
  bWidth: number,
): Diagram => {
  const orders = variableOrders(indexWidth, bWidth);
  const diagrams = orders.map((order) => decisionDiagram(table, width, order));
  return diagrams.reduce((best, next) => (next.choices.length < best.choices.length ? next : best));
};

const variableOrders = (count: number, bWidth: number): readonly (readonly number[])[] => {
  const all = Array.from({ length: count }, (_, variable) => variable);
  const [b, a] = [all.slice(0, bWidth).reverse(), all.slice(bWidth).reverse()];
  const interleaved = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [a[i], b[i]]);
  const mixed = interleaved.flat().filter((variable) => variable !== undefined);
  return [[...a, ...b], [...b, ...a], mixed, [...mixed].reverse()];
};

/** `order`: input bits from the root of the diagram down. */
const decisionDiagram = (table: readonly number[], width: number, order: readonly number[]): Diagram => {
  const choices: Choice[] = [];
  const known = new Map<string, number>();
  const choose = (variable: number, whenOne: number, whenZero: number): number => {
    if (whenOne === whenZero) return whenOne;
    const key = `${variable},${whenOne},${whenZero}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    choices.push({ variable, whenOne, whenZero });
    known.set(key, choices.length + 1);
    return choices.length + 1;
  };
  const build = (bit: number, depth: number, at: number): number => {
    const variable = order[depth];
    if (variable === undefined) return (Math.floor((table[at] ?? 0) / 2 ** bit) & 1) === 1 ? 1 : 0;
    const whenZero = build(bit, depth + 1, at);
    const whenOne = build(bit, depth + 1, at + 2 ** variable);
    return choose(variable, whenOne, whenZero);
  };
  const roots = Array.from({ length: width }, (_, bit) => build(bit, 0, 0));
  return { choices, roots };
};

const drawDiagram = (m: ModuleBuilder, index: readonly UInt[], { choices, roots }: Diagram): UInt => {
  const zero = m.constant(bit, 0);
  const signals: UInt[] = [zero, m.constant(bit, 1)];
  for (const { variable, whenOne, whenZero } of choices) {
    const [one, zero, by] = [signals[whenOne], signals[whenZero], index[variable]];
    if (one !== undefined && zero !== undefined && by !== undefined) signals.push(by.mux(one, zero));
  }
  const [top = zero, ...rest] = roots.map((root) => signals[root] ?? zero).reverse();
  return cat(top, ...rest);
};
