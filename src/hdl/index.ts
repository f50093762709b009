/** The language: types, signals, components, memories, checks and the Verilog emitter. */
export * from './ir.js';
export * from './types.js';
export { SInt, UInt, type RoundingMode } from './signal.js';
export { SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
export { cat, select, type Signals } from './bundles.js';
export type { ModuleBuilder, RegOptions, StateReg } from './module.js';
export { addressWidth, type MemoryBuilder, type MemoryOptions } from './memory.js';
export { component, external, type Component, type ExternalOptions, type Interface } from './component.js';
export { errorCatalogue, HdlError, type ErrorCode } from './diagnostics.js';
export { emitVerilog, type EmitOptions, type Emitted, type EmittedFile } from './emit/index.js';
