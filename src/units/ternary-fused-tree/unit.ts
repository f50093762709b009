/** One column of ternary PEs as an adder tree of ECP5 carry cells that select, complement and add. */
import {
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type UInt,
} from '../../hdl/index.js';
import { treeLevels } from '../adder-tree/tree.js';
import { requireInteger } from '../errors.js';
import { bitOf, fusedRow } from '../fused-row/ecp5.js';
import { gatedRegister } from '../fused-row/gated-register.js';
import { partialWidth } from '../ternary-chain/unit.js';

export interface TernaryFusedTreeParams {
  /** Number of activations and weights, 1 to 64. */
  readonly rows: number;
  /** 1 to 64. */
  readonly actWidth: number;
}

/**
 * sum = Σ ±act or 0 for codes of `ternaryFusedTreeCodes`, but for the sign of row 0 (its bit 1), which is left to the reader of
 * the sum; then exact up to `ternaryFusedTreeCorrection`. All rows enter in one cycle; the codes hold still. An even row enters a
 * register that is held at 0 where the weight is 0; an odd row is selected, complemented and added to it in carry cells (CCU2C), as
 * sums of rows are further down. Free running, no reset. @throws UnitParameterError
 */
export const ternaryFusedTree = ({ rows, actWidth }: TernaryFusedTreeParams) => {
  requireInteger('ternaryFusedTree', 'rows', rows, 1, 64);
  requireInteger('ternaryFusedTree', 'actWidth', actWidth, 1, 64);
  const sumWidth = partialWidth(rows, actWidth);
  const latencyCycles = 1 + treeLevels(rows);
  const unit = component(
    `ternary_fused_tree_r${rows}_a${actWidth}`,
    {
      in: { act: array(rows, sint(actWidth)), code: array(rows, uint(2)) },
      out: { sum: sint(sumWidth) },
      parameters: { rows, actWidth },
    },
    ({ act, code }, m) => {
      let nodes: readonly Node[] = act.flatMap((value, row) => {
        const rowCode = code[row];
        return rowCode === undefined ? [] : [leaf(m, value, rowCode, row)];
      });
      const [first] = nodes;
      if (first !== undefined) m.unused(first.complement);
      for (let level = 1; nodes.length > 1; level++) nodes = addPairs(m, nodes, level, actWidth);
      const [root] = nodes;
      if (root === undefined) throw new RangeError('a tree has at least one row');
      return { sum: root.value };
    },
  );
  return { component: unit, latencyCycles, rowSkewCycles: 0, sumWidth };
};

interface Node {
  readonly value: SInt;
  readonly count: number;
  /** What is done to the value where it is the right one of a pair. */
  readonly complement: UInt;
  readonly take: UInt;
}

const leaf = (m: ModuleBuilder, value: SInt, code: UInt, row: number): Node => {
  const [flag, complement] = [code.bit(0), code.bit(1)];
  return row % 2 === 1
    ? { value: m.pipe(`act_${row}_q`, value), count: 1, complement, take: flag }
    : { value: gatedRegister(m, `term_${row}`, value, flag), count: 1, complement, take: m.constant(bit, 1) };
};

const addPairs = (
  m: ModuleBuilder,
  nodes: readonly Node[],
  level: number,
  actWidth: number,
): readonly Node[] =>
  nodes.flatMap((left, index) => {
    if (index % 2 === 1) return [];
    const name = `sum_${level}_${index / 2}`;
    const right = nodes[index + 1];
    if (right === undefined) return [{ ...left, value: m.pipe(name, left.value) }];
    const count = left.count + right.count;
    const row = fusedRow(
      m,
      `row_${level}_${index / 2}`,
      partialWidth(count, actWidth),
      left.value,
      (position) => ({
        b: bitOf(right.value, position),
        c: right.complement,
        d: right.take,
      }),
    );
    return [{ value: m.pipe(name, row), count, complement: left.complement, take: m.constant(bit, 1) }];
  });
