export type { CalibrationMethod, GridOptions } from './options.js';
export { createHistogram, type Histogram, type HistogramBuilder } from './histogram.js';
export { activationGrid, calibrateActivations, type ActivationOptions } from './activations.js';
export { spreadPictures } from './pictures.js';
export { weightsOfGrid } from '../model/index.js';
export {
  quantizeWeights,
  requireConvNodes,
  uniformProjection,
  weightGrid,
  withGridWeights,
  type QuantizedWeights,
  type WeightOptions,
} from './weights.js';
export { relativeError, sensitivity, type LayerSensitivity, type SensitivityOptions } from './sensitivity.js';
