export {
  formatName,
  formatQuantizer,
  layerFormatSchema,
  type LayerFormat,
  type WholeFormat,
} from './formats.js';
export { formatLosses, type FormatCandidate, type FormatLoss, type LossRequest } from './losses.js';
export { mixed, mixedConfigSchema, type MixedConfig } from './method.js';
