/** Power of two columns as chains of fused ECP5 carry cells; rows are skewed by a cycle each. */
import type { PeKind } from '../mac-array/kind.js';
import { flaggedCodes, powerOfTwoTree } from '../power-of-two-dot/kind.js';
import { powerOfTwoChainCorrection } from './model.js';
import { powerOfTwoChain } from './unit.js';

/** One `powerOfTwoChain` per column, weights 0 and ±2^k in codes of 3 to 5 bits. @throws UnitParameterError */
export const powerOfTwoChains = (codeBits: number): PeKind => ({
  ...powerOfTwoTree(codeBits),
  name: `power_of_two_chain_c${codeBits}`,
  correction: (weights, actWidth) =>
    powerOfTwoChainCorrection({ rows: weights.length, actWidth, codeBits }, flaggedCodes(weights, codeBits)),
  timing: ({ rows, actWidth }) => powerOfTwoChain({ rows, actWidth, codeBits }),
  columnSums: ({ rows, actWidth, act, weight }) => {
    const { component } = powerOfTwoChain({ rows, actWidth, codeBits });
    return weight.map((codes, column) => ({
      sum: component(`chain_${column}`, { act, weight: codes }).sum,
    }));
  },
});
