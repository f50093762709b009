/** The language: types, signals, components, memories, checks and the Verilog emitter. */
export * from './ir.js';
export * from './types.js';
export { SInt, SIntReg, SIntWire, UInt, UIntReg, UIntWire, type RoundingMode } from './signal.js';
export { cat, select, type ModuleBuilder, type RegOptions, type Signals, type StateReg } from './module.js';
export { addressWidth, type MemoryBuilder, type MemoryOptions } from './memory.js';
export { component, external, type Component, type ExternalOptions, type Interface } from './component.js';
export { errorCatalogue, HdlError, type ErrorCode } from './diagnostics.js';
export { emitVerilog, type EmitOptions, type Emitted, type EmittedFile } from './emit/index.js';
export { checkDesign } from './check/index.js';
