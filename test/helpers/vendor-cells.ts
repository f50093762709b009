import type { Design } from '../../src/hdl/index.js';

/** The family whose vendor cells a Design instantiates; undefined: none, and it maps to any. */
export const cellFamily = (design: Design): 'ice40' | 'ecp5' | undefined => {
  for (const { design: inner } of design.instances) {
    if (inner.kind === 'external') return inner.name.startsWith('SB_') ? 'ice40' : 'ecp5';
    const family = cellFamily(inner);
    if (family !== undefined) return family;
  }
  return undefined;
};
