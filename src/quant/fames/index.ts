/** FAMES: approximate multipliers chosen per layer by their estimated effect on the loss. */
export {
  catalogueSchema,
  choicesFor,
  errorsOf,
  exactProducts,
  readCatalogue,
  signMagnitudeTable,
  type ApproxMultiplier,
  type Widths,
} from './catalogue.js';
export { searchGenetically, type GeneticOptions, type GeneticResult } from './genetic.js';
export type { Substitution } from './inference/convolution.js';
export { createTableNetwork, type TableNetwork } from './inference/table-network.js';
export { selectExactly, type Option, type Selection } from './knapsack.js';
export { spearman } from './rank.js';
export { famesConfigSchema, type FamesConfig, type FamesSettings } from './config.js';
export { approximate, fames, type CatalogueSource } from './method.js';
export { rankSubstitutions, type Ranking, type SingleSubstitution } from './ranking.js';
