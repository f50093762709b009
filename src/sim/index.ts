/** Running a Design: the compiled simulator, waves, and co-simulation with Verilator and Icarus. */
export { AssertionFailure, SimError, type SimErrorCode } from './errors.js';
export type { MemoryHandle } from './memory-handle.js';
export type { NamedSignal } from './names.js';
export type { Column, Stimulus } from './columns.js';
export type { ClockTiming } from './schedule.js';
export type { InputHandle, OutputHandle } from './ports.js';
export { simulate, type Probe, type SimulateOptions, type Simulation } from './simulation.js';
export {
  cosimulate,
  randomStimulus,
  type CosimOptions,
  type CosimResult,
  type ExternalSimulator,
  type Mismatch,
} from './cosim.js';
export { checkCosim, type CheckCosimOptions } from './check-cosim.js';
export { replayCommand, replayEvidence, saveEvidence, type EvidenceOptions } from './evidence.js';
export { sourceOf, type HarnessPort, type RunOptions, type VerilogSource } from './harness.js';
export { runVerilator, type Recording, type StimulusColumns } from './verilator.js';
export { runIcarus } from './icarus.js';
export {
  firstDifference,
  runStreams,
  type OutputBeat,
  type StreamBench,
  type StreamPorts,
  type StreamResult,
} from './streams.js';
export { runVerilatorStreams } from './stream-verilator.js';
export { runIcarusStreams } from './stream-icarus.js';
export {
  coverageReport,
  mergeCoverage,
  type Coverage,
  type CoverHits,
  type SignalToggles,
  type StateVisits,
} from './coverage.js';
export {
  recordWaves,
  renderWaves,
  wavesToSvg,
  wavesToWaveDrom,
  type WaveDrom,
  type WaveRecording,
  type WaveSignal,
  type WaveTextOptions,
} from './waves.js';
export { VcdWriter, type VcdOptions } from './vcd.js';
export { simulateLanes, type LaneSimulation } from './lanes.js';
