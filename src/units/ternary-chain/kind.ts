/** Ternary columns as chains of adder rows without LUTs besides, in the form that fits the carry cells of the part. */
import { ternaryTree } from '../ternary-dot/kind.js';
import { bit, type SInt, type UInt } from '../../hdl/index.js';
import { bitOf, fusedRow } from '../fused-row/ecp5.js';
import type { ColumnSum, PeKind } from '../mac-array/kind.js';
import { ternaryChainCodes, type ChainTarget } from './codes.js';
import { ternaryChainCorrection } from './model.js';
import { ternaryStreaming } from './streaming.js';
import { ternaryChain } from './unit.js';

/** One `ternaryChain` per column, rows skewed by a cycle each; or output-stationary PEs. */
export const ternaryChains = (target: ChainTarget): PeKind => ({
  name: `ternary_chain_${target}`,
  weightWidth: 2,
  productRange: ternaryTree.productRange,
  encode: (weights) => ternaryChainCodes(target, weights),
  correction: (weights) => ternaryChainCorrection(target, weights),
  timing: ({ rows, actWidth }) => ternaryChain({ rows, actWidth, target }),
  columnSums: ({ rows, actWidth, act, weight }) => {
    const { component } = ternaryChain({ rows, actWidth, target });
    return weight.map((code, column) => {
      const { sum } = component(`chain_${column}`, { act, code });
      const negative = code[0]?.bit(1);
      return target === 'ice40' || negative === undefined ? { sum } : signedSum(sum, negative);
    });
  },
  streaming: ternaryStreaming(target),
});

/** The sum as it is accumulated: complemented in the accumulator's own carry cells. */
const signedSum = (sum: SInt, negative: UInt): ColumnSum => ({
  sum: negative.mux(sum.not(), sum),
  addTo: (acc, name, m) =>
    fusedRow(m, `${name}_row`, acc.width, acc, (index) => ({
      b: bitOf(sum, index),
      c: negative,
      d: m.constant(bit, 1),
    })),
});
