/** Gates of a cell library: mapping, area, activity, energy. */
export { checkGates, costOfMapping, gateCost, type GateCost, type GateCostOptions } from './cost.js';
export { energyOf, leakageOf, type Energy, type EnergyOptions } from './energy.js';
export { exactForms, smallestExact, type ExactMultiplier } from './exact-multipliers.js';
export {
  importMultiplier,
  type ImportedMultiplier,
  type ImportMultiplierOptions,
} from './import-multiplier.js';
export {
  mapAllToGates,
  mapToGates,
  type GateMapping,
  type GateMappingOptions,
  type VerilogText,
} from './mapping.js';
export { type Bit, type Gate, type GateNetlist, type GatePort } from './netlist.js';
export { runGates, togglesOf, valuesOf, type GateWaves } from './waves.js';
export { randomOperands, type CodeWeights } from './stimulus.js';
