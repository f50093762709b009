/** What the configurations of the re-training methods have in common. */
import { z } from 'zod';
import { QuantError } from '../errors.js';

const augmentationSchema = z.strictObject({
  /** Half of the pictures mirrored; wrong for digits and letters. */
  flip: z.boolean().default(false),
  /** Greatest shift in pixels, each direction. */
  shift: z.int().min(0).max(8).default(0),
});

/** Stochastic gradient descent with momentum, cosine schedule, in every phase of re-training anew. */
export const trainingSchema = (rate: number) =>
  z
    .strictObject({
      /** Learning rate at the start of a phase. */
      rate: z.number().positive().max(10).default(rate),
      /** Where the cosine ends, as a part of `rate`. */
      floor: z.number().min(0).max(1).default(0),
      batch: z.int().min(2).max(4096).default(64),
      momentum: z.number().min(0).max(0.999).default(0.9),
      weightDecay: z.number().min(0).max(1).default(1e-4),
      /** Undefined: what the caller of the method says, else none. */
      augmentation: augmentationSchema.optional(),
    })
    .prefault({});

export type TrainingConfig = z.output<ReturnType<typeof trainingSchema>>;

/** How the greatest magnitude of a grid is chosen: see src/quant/calibrate. */
export const calibrationSchema = z.enum(['minMax', 'percentile', 'mse']);

export const bitsSchema = z.int().min(2).max(8);

/** @throws QuantError QT201 with the path of each wrong entry and what was expected */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  config: unknown,
  method: string,
): z.output<Schema> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'configuration' : path.join('.')}: ${message}`,
  );
  throw new QuantError(
    'QT201',
    `${method} cannot be configured like this: ${problems.join('; ')}. docs/${method.toLowerCase()}.md lists every entry.`,
  );
}
