/** Parameters at the ends of their ranges, for test/units-all.test.ts. */
import type { Design } from '../../src/hdl/index.js';
import {
  macArray,
  powerOfTwoChain,
  powerOfTwoChains,
  powerOfTwoDot,
  powerOfTwoPe,
  powerOfTwoTree,
} from '../../src/units/index.js';

const size = { rows: 3, columns: 2, flow: 'weightStationary' } as const;

export const examples: readonly Design[] = [
  powerOfTwoPe({ actWidth: 1, codeBits: 2, psumWidth: 1 }),
  powerOfTwoPe({ actWidth: 8, codeBits: 5, psumWidth: 18, resultWidth: 18 }),
  powerOfTwoDot({ rows: 1, actWidth: 1, codeBits: 2 }),
  powerOfTwoDot({ rows: 7, actWidth: 8, codeBits: 4, zeroFlag: true }),
  powerOfTwoDot({ rows: 5, actWidth: 9, codeBits: 5, levelsPerStage: 3 }),
  powerOfTwoChain({ rows: 1, actWidth: 1, codeBits: 5 }),
  powerOfTwoChain({ rows: 5, actWidth: 8, codeBits: 3 }),
  macArray({ ...size, kind: powerOfTwoTree(4) }),
  macArray({ ...size, kind: powerOfTwoChains(5) }),
].map(({ component }) => component.design);
