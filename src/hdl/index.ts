/** The language: types, signals, components, memories, checks and the Verilog emitter. */
export * from './ir.js';
export * from './types.js';
export {
  clockDomain,
  clockName,
  defaultDomain,
  outerDomain,
  resetName,
  type ClockDomain,
} from './domains.js';
export { SInt, UInt, type RoundingMode } from './signal.js';
export { SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
export { SFixed, UFixed, type ResizeOptions } from './fixed.js';
export { SFixedReg, SFixedWire, UFixedReg, UFixedWire } from './fixed-driven.js';
export { fixedConstant, type FixedConstant, type FixedFormat, type FixedValue } from './fixed-value.js';
export type { RegOptions } from './driven-types.js';
export { cat, select, type Signals } from './bundles.js';
export type { ModuleBuilder } from './module.js';
export {
  addressWidth,
  type MemoryBuilder,
  type MemoryOptions,
  type Rom,
  type WriteOptions,
} from './memory.js';
export type { InitialContents, WordValue } from './memory-init.js';
export type { StateReg, StatesOptions } from './states.js';
export * as streams from './streams/index.js';
export { stream, type Stream, type StreamShape } from './streams/index.js';
export { component, external, type Component, type ExternalOptions, type Interface } from './component.js';
export { errorCatalogue, HdlError, type ErrorCode } from './diagnostics.js';
export { projectFiles, type ProjectOptions } from './emit/project-files.js';
export { emitVerilog, type EmitOptions, type Emitted, type EmittedFile } from './emit/index.js';
export {
  asyncFifo,
  fromGray,
  pulseCrossing,
  resetSynchronizer,
  synchronize,
  toGray,
  type AsyncFifoOptions,
  type SynchronizeOptions,
} from './crossing.js';
export { isReservedWord } from './check/reserved-words.js';
