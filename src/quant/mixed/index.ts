export { formatName, layerFormatSchema, type LayerFormat } from './formats.js';
export { formatLosses, type FormatCandidate, type FormatLoss, type LossRequest } from './losses.js';
export { mixed, mixedConfigSchema, type MixedConfig } from './method.js';
