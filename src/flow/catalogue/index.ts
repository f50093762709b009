/** Catalogues of approximate multipliers for FAMES. */
export { builtInCatalogue } from './built-in.js';
export { evoapproxCatalogue } from './evoapprox.js';
export { measureMultipliers, type MeasuredMultiplier } from './measure.js';
export {
  exactMultipliers,
  generatedMultipliers,
  searchedMultipliers,
  type MagnitudeWidths,
  type NamedMultiplier,
} from './multipliers.js';
export { fromStored, multipliersOf, toStored, type StoredMultiplier } from './stored.js';
