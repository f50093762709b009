/** Proofs through Yosys: equivalence of Designs, of a Design and its model, and a Design's own properties. */
export { FormalError } from './errors.js';
export type { Attempt, Counterexample, Method, Verdict, VerdictKind } from './verdict.js';
export type { EngineOptions } from './engine.js';
export {
  proveAllEquivalent,
  proveEquivalent,
  type EquivalenceOptions,
  type EquivalenceTask,
} from './equivalence.js';
export { writeCounterexample, type CounterexampleFiles, type Origin } from './files.js';
export { proveAllModels, proveModel, tableBitLimit, type ModelTask, type ModelVerdict } from './model.js';
export {
  proveProperties,
  type CoverResult,
  type PropertyOptions,
  type PropertyResult,
} from './properties.js';
export type { Model, Values } from './truth-table.js';
