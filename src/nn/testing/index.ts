export type { RandomNetworkOptions } from './draft.js';
export type { Operator } from './random-layer.js';
export { families, type Family } from './random-weights.js';
export { makeRandomNetwork, randomInput, randomNetwork } from './random-network.js';
