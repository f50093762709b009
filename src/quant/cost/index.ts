export { mobileNetV2, resNet18 } from './architectures.js';
export { costOf, floatCost, type LayerCost, type NetworkCost } from './cost.js';
export { energy45nm, integer45nm, type EnergyModel } from './energy.js';
export {
  layerShapes,
  macsOf,
  normalizationParameters,
  outputsOf,
  parametersOf,
  weightsOf,
  type CountedLayer,
} from './layers.js';
export {
  promAccountings,
  promEnergy,
  promMultiplications,
  promStorage,
  type PromAccounting,
  type PromEnergy,
  type PromMultiplications,
  type PromStorage,
} from './prom.js';
export {
  cpRank,
  factoredMacs,
  factorizedCost,
  normalizationOperations,
  type FactorizedCost,
} from './ranks.js';
