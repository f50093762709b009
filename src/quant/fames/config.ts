import { z } from 'zod';
import { bitsSchema } from '../qat/index.js';
import { uniformConfigSchema } from '../uniform/index.js';
import { catalogueSchema } from './catalogue.js';

export const famesConfigSchema = z.strictObject({
  /** The quantized network to start from: as for `uniform`, with bits per layer, 4 where none are said. */
  start: uniformConfigSchema
    .extend({ weightBits: bitsSchema.default(4), activationBits: bitsSchema.default(4) })
    .prefault({}),
  /** Energy of all products, relative to the exact multipliers of the same widths. */
  energyBudget: z.number().positive().max(1).default(0.7),
  /** Second-order term: none, by the empirical Fisher matrix, or by the Hessian (two passes per candidate). */
  secondOrder: z.enum(['none', 'fisher', 'hessian']).default('fisher'),
  /** Step of the Hessian's central difference, as a part of each candidate's change. */
  hessianStep: z.number().positive().max(1).default(1),
  /** Held-back pictures that estimates, corrections, real losses and the genetic algorithm use. */
  pictures: z.int().min(1).default(256),
  /** In estimates and where there is no `recalibration`: take the mean error of each output channel back by its bias. */
  biasCorrection: z.boolean().default(true),
  /** Layer after layer, give every output channel back its mean and deviation, by a bias and a gain. */
  recalibration: z.boolean().default(true),
  /** Multipliers to choose from; undefined: those that the caller of the method brings. */
  catalogue: catalogueSchema.optional(),
  /** Evaluate every candidate alone and correlate its real loss with the estimate (a minute or more). */
  ranking: z.boolean().default(false),
  /** Run the genetic algorithm on the same choices and pictures, for comparison. */
  genetic: z
    .strictObject({
      population: z.int().min(4).default(50),
      generations: z.int().min(1).default(20),
    })
    .optional(),
});

export type FamesConfig = z.input<typeof famesConfigSchema>;
export type FamesSettings = z.output<typeof famesConfigSchema>;
