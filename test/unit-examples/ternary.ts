/** Parameters at the ends of their ranges, for test/units-all.test.ts. */
import type { Design } from '../../src/hdl/index.js';
import {
  macArray,
  ternaryChain,
  ternaryChains,
  ternaryFusedTree,
  ternaryFusedTrees,
  ternaryGroups,
  ternarySkip,
  ternaryTree,
  tritDecoder,
} from '../../src/units/index.js';

const stationary = { columns: 2, flow: 'weightStationary' } as const;
const streaming = { rows: 2, columns: 3, accWidth: 13, flow: 'outputStationary' } as const;

export const examples: readonly Design[] = [
  ternaryChain({ rows: 1, actWidth: 1 }),
  ternaryChain({ rows: 6, actWidth: 8 }),
  ternaryFusedTree({ rows: 1, actWidth: 1 }),
  ternaryFusedTree({ rows: 7, actWidth: 8 }),
  tritDecoder(),
  ternarySkip({ length: 2, actWidth: 1 }),
  ternarySkip({ length: 16, actWidth: 9 }),
  macArray({ ...stationary, rows: 3, kind: ternaryTree }),
  macArray({ ...stationary, rows: 3, kind: ternaryChains }),
  macArray({ ...stationary, rows: 4, kind: ternaryGroups(2) }),
  macArray({ ...stationary, rows: 3, kind: ternaryGroups(3) }),
  macArray({ ...stationary, rows: 3, kind: ternaryFusedTrees }),
  macArray({ ...streaming, kind: ternaryChains }),
  macArray({ ...streaming, kind: ternaryFusedTrees }),
].map(({ component }) => component.design);
