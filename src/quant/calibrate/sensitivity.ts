/** How much each layer's quantization alone costs the network. */
import type { Dataset } from '../../nn/index.js';
import type { Projection, Quantizers, Trainer } from '../train/index.js';
import { spreadPictures } from './pictures.js';

export interface LayerSensitivity {
  readonly layer: string;
  /** Mean squared change of the logits divided by their mean square: 0 unchanged, 1 as large as the logits. */
  readonly logitError: number;
  /** Share of pictures whose greatest logit is another. */
  readonly changed: number;
}

export interface SensitivityOptions {
  /** Quantization under which the layers are compared; also set when done. Default: none. */
  readonly base?: Quantizers;
  /** Default 256, or all; spread evenly over the data. */
  readonly pictures?: number;
}

/**
 * For each layer of `projections`: the change of the logits when it alone is projected, beside the base without it. Labels
 * are not needed. In the order of `projections`. @throws QuantError QT601
 */
export const sensitivity = async (
  trainer: Pick<Trainer, 'setQuantizers' | 'logits'>,
  data: Dataset,
  projections: Readonly<Record<string, Projection>>,
  { base = {}, pictures = 256 }: SensitivityOptions = {},
): Promise<readonly LayerSensitivity[]> => {
  const chosen = spreadPictures(data, pictures);
  trainer.setQuantizers(base);
  const before = await trainer.logits(data, chosen);
  const results: LayerSensitivity[] = [];
  try {
    for (const [layer, projection] of Object.entries(projections)) {
      trainer.setQuantizers({ ...base, projections: { ...base.projections, [layer]: projection } });
      const after = await trainer.logits(data, chosen);
      results.push({
        layer,
        logitError: relativeError(before, after),
        changed: changedShare(before, after, chosen.length),
      });
    }
  } finally {
    trainer.setQuantizers(base);
  }
  return results;
};

/** Sum of squared differences over the sum of squares of `before`; 0 when both are 0. */
export const relativeError = (before: Float32Array, after: Float32Array): number => {
  let difference = 0;
  let whole = 0;
  before.forEach((value, i) => {
    difference += (value - (after[i] ?? 0)) ** 2;
    whole += value * value;
  });
  return difference === 0 ? 0 : difference / whole;
};

/** The network's logits count, not the classes of the data, which may know fewer. */
const changedShare = (before: Float32Array, after: Float32Array, rows: number): number => {
  const classes = before.length / rows;
  let changed = 0;
  for (let row = 0; row < rows; row++)
    if (winner(before, row, classes) !== winner(after, row, classes)) changed++;
  return changed / rows;
};

/** The first of the greatest. */
const winner = (logits: Float32Array, row: number, classes: number): number => {
  let best = 0;
  for (let i = 1; i < classes; i++)
    if ((logits[row * classes + i] ?? 0) > (logits[row * classes + best] ?? 0)) best = i;
  return best;
};
