/** LUTs and registers of a fused tree from its parameters; test/ternary.test.ts holds them against synthesis. */
import { sumOf, type TernaryCost } from '../ternary-chain/cost.js';
import { partialWidth } from '../ternary-chain/unit.js';
import type { TernaryFusedTreeParams } from './unit.js';

/** ECP5 alone has the cells. */
export const ternaryFusedTreeCost = ({ rows, actWidth }: TernaryFusedTreeParams): TernaryCost => {
  const nodes = nodesOf(rows).map(({ terms, adds }) => ({ width: partialWidth(terms, actWidth), adds }));
  return {
    luts: sumOf(nodes.map(({ width, adds }) => (adds ? 2 * Math.ceil(width / 2) : 0))),
    registers: rows * actWidth + sumOf(nodes.map(({ width }) => width)),
  };
};

/** Every node of the tree: the rows in it, and whether it adds or passes one on. */
const nodesOf = (rows: number): readonly { readonly terms: number; readonly adds: boolean }[] => {
  const nodes: { readonly terms: number; readonly adds: boolean }[] = [];
  let level: readonly number[] = Array.from({ length: rows }, () => 1);
  while (level.length > 1) {
    const counts = level;
    const pairs = counts.flatMap((left, index) =>
      index % 2 === 1 ? [] : [{ terms: left + (counts[index + 1] ?? 0), adds: index + 1 < counts.length }],
    );
    nodes.push(...pairs);
    level = pairs.map(({ terms }) => terms);
  }
  return nodes;
};
