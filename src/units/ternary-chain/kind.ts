/** Ternary columns for iCE40: chains whose adder rows do all the work. */
import type { PeKind } from '../mac-array/kind.js';
import { ternaryTree } from '../ternary-dot/kind.js';
import { ternaryChainCodes } from './codes.js';
import { ternaryChainCorrection } from './model.js';
import { ternaryStreaming } from './streaming.js';
import { ternaryChain } from './unit.js';

/** One `ternaryChain` per column, rows skewed by a cycle each; or output-stationary PEs. */
export const ternaryChains: PeKind = {
  name: 'ternary_chain',
  weightWidth: 2,
  productRange: ternaryTree.productRange,
  encode: ternaryChainCodes,
  correction: ternaryChainCorrection,
  timing: ternaryChain,
  columnSums: ({ rows, actWidth, act, weight }) => {
    const { component } = ternaryChain({ rows, actWidth });
    return weight.map((code, column) => ({ sum: component(`chain_${column}`, { act, code }).sum }));
  },
  streaming: ternaryStreaming('ice40'),
};
