/** Synthesis and place and route: devices, mapping, timing, bitstreams, and what simulating a mapped netlist needs. */
export { instrumentedNetlist, type InstrumentedNetlist } from './activity/index.js';
export { checkFits, readCellCounts, type CellCounts } from './cell-counts.js';
export {
  DEVICE_NAMES,
  DEVICES,
  findDevice,
  nearestName,
  type Device,
  type DeviceName,
  type Family,
} from './devices.js';
export {
  BadConstraints,
  BadLiberty,
  BadMultiplier,
  DoesNotFit,
  NoLegalPlacement,
  NetlistDiffers,
  SynthError,
  UnknownDevice,
  UnmappedCell,
  UnreadableReport,
  UnusableNetlist,
  type Shortage,
} from './errors.js';
export {
  checkGates,
  costOfMapping,
  exactForms,
  gateCost,
  importMultiplier,
  mapAllToGates,
  mapToGates,
  randomOperands,
  smallestExact,
  type CodeWeights,
  type Energy,
  type EnergyOptions,
  type ExactMultiplier,
  type Gate,
  type GateCost,
  type GateCostOptions,
  type GateMapping,
  type GateMappingOptions,
  type GateNetlist,
  type ImportedMultiplier,
  type ImportMultiplierOptions,
  type VerilogText,
} from './gates/index.js';
export { readFloorplan, type Floorplan } from './floorplan.js';
export { libraryOf, readLiberty, type Cell, type Library } from './liberty/index.js';
export {
  NETLIST_DEFINES,
  NETLIST_MAKE_ARGS,
  NETLIST_VERILATOR_ARGS,
  netlistSimulationFiles,
} from './netlist-simulation.js';
export { placeAndRoute, type PlaceAndRouteRequest, type PlaceAndRouteResult } from './place-and-route.js';
export { authorSignal } from './signal-names.js';
export {
  synthesize,
  synthScript,
  templatesOf,
  type SourceFile,
  type SynthOptions,
  type SynthRequest,
  type SynthResult,
} from './synthesize.js';
export { formatCriticalPath, type CriticalPath, type PathHop, type Timing } from './timing.js';
