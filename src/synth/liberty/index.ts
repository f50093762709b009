/** Liberty: cell libraries of an ASIC process. */
export { evaluate, parseExpression, pinsOf, type Expression, type Logic } from './expression.js';
export {
  libraryOf,
  readLiberty,
  type Arc,
  type Cell,
  type FlipFlop,
  type InternalPower,
  type Leakage,
  type Library,
  type Pin,
  type Transition,
} from './library.js';
export { mappingLibrary } from './mapping-library.js';
export { lookUp, type Table } from './table.js';
