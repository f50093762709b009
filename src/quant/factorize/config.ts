/** The configuration of the factorization method. */
import { z } from 'zod';
import { bitsSchema, calibrationSchema, trainingSchema } from '../qat/index.js';

const rateSchema = z.number().min(0.2).max(1000);
const iterations = z.int().min(1).max(10_000);

export const factorizeConfigSchema = z.strictObject({
  /** Of all factors' codes. */
  bits: bitsSchema.default(6),
  /** Other widths by factor. */
  factorBits: z
    .strictObject({
      in: bitsSchema.optional(),
      depth: bitsSchema.optional(),
      out: bitsSchema.optional(),
    })
    .prefault({}),
  /** Parameters of a layer over parameters of its factors; decides the ranks. */
  rate: rateSchema.default(1.5),
  /** Other rates by layer. */
  layerRates: z.record(z.string(), rateSchema).default({}),
  /** Bit operations per picture of all convolutions; decides the ranks instead of the rates. */
  bopBudget: z.number().positive().optional(),
  /** Layers left whole. Default: the first convolution, fully connected layers, 1 x 1 shortcuts. Depthwise ones always are. */
  exclude: z.array(z.string()).optional(),
  /** Weights of layers left whole, a scale per output channel. */
  wholeBits: bitsSchema.default(8),
  activationBits: bitsSchema.default(8),
  activationRange: calibrationSchema.default('mse'),
  /** Where ADMM starts: CP with error preserving correction, or random numbers. */
  init: z.enum(['cp', 'random']).default('cp'),
  alsIterations: iterations.default(50),
  epcIterations: iterations.default(50),
  /** Greatest error of the correction, as a multiple of CP's. */
  epcSlack: z.number().min(1).max(2).default(1.02),
  outerIterations: iterations.default(30),
  innerIterations: iterations.default(30),
  /** Candidates of each search for a factor's scale. */
  scalePoints: z.int().min(2).max(10_000).default(200),
  /** Of the fine-tuning, which takes the epochs that the run is given; with none there is only recalibration. */
  training: trainingSchema(0.005),
});

export type FactorizeConfig = z.input<typeof factorizeConfigSchema>;
export type FactorizeSettings = z.output<typeof factorizeConfigSchema>;
