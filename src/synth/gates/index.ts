/** Gates of a cell library: mapping, area, activity, energy. */
export {
  mapAllToGates,
  mapToGates,
  type GateMapping,
  type GateMappingOptions,
  type VerilogText,
} from './mapping.js';
export { type Bit, type Gate, type GateNetlist, type GatePort } from './netlist.js';
