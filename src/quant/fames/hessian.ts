/** The second-order term by the Hessian itself: E' H E from gradients at both ends of a step along E. */
import type { Dataset } from '../../nn/index.js';
import type { FloatModel } from '../model/index.js';
import { createTrainer, type Quantizers } from '../train/index.js';
import { injectInto } from './inject.js';

export interface HessianRequest {
  /** The quantized network: weights on their grid. */
  readonly model: FloatModel;
  readonly quantizers: Quantizers;
  readonly data: Dataset;
  readonly pictures: readonly number[];
  /** The node whose output changes. */
  readonly node: string;
  /** Step of the central difference, in candidates: 1 goes as far as the candidate itself. */
  readonly step: number;
}

/**
 * For each change of the node's output (real units, [picture][y][x][channel]): 1/2 dy' H dy of the mean loss, by
 * dy' (g(y + h dy) - g(y - h dy)) / 4h. Two forward and backward passes per change.
 */
export async function curvatures(
  { model, quantizers, data, pictures, node, step }: HessianRequest,
  changes: Iterable<Float32Array>,
): Promise<readonly number[]> {
  const injection = injectInto(model, quantizers, node);
  const trainer = await createTrainer(injection.model);
  const everyPicture = pictures.map((_, i) => i);
  const slopeAt = async (change: Float32Array, distance: number): Promise<number> => {
    const moved = injection.pictures(
      data,
      pictures,
      change.map((value) => value * distance),
    );
    const { taps } = await trainer.gradients(moved, everyPicture, [injection.sum], 'evaluate');
    const gradient = taps[injection.sum] ?? new Float32Array();
    return change.reduce((sum, value, i) => sum + value * (gradient[i] ?? 0), 0);
  };
  try {
    trainer.setQuantizers(injection.quantizers);
    const results: number[] = [];
    for (const change of changes) {
      results.push(((await slopeAt(change, step)) - (await slopeAt(change, -step))) / (4 * step));
    }
    return results;
  } finally {
    await trainer.close();
  }
}
