/** Running a Design: the compiled simulator, waves, and co-simulation with Verilator and Icarus. */
export { AssertionFailure, SimError, type SimErrorCode } from './errors.js';
export type { MemoryHandle } from './memory-handle.js';
export type { NamedSignal } from './names.js';
export type { Column, Stimulus } from './columns.js';
export {
  simulate,
  type InputHandle,
  type OutputHandle,
  type Probe,
  type SimulateOptions,
  type Simulation,
} from './simulation.js';
