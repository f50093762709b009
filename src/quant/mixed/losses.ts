/** What each format of each layer is predicted to add to the loss: Taylor's series at the float network, no training. */
import type { Dataset } from '../../nn/index.js';
import { spreadPictures, weightsOfGrid } from '../calibrate/index.js';
import { productOfFactors } from '../factorize/index.js';
import { consumersOf, convNamed, type ActivationGrid, type FloatModel } from '../model/index.js';
import { createTrainer, type Parameter, type Trainer } from '../train/index.js';
import { layerInFactors } from './factors.js';
import { formatQuantizer, type LayerFormat } from './formats.js';

export interface FormatCandidate {
  readonly layer: string;
  readonly format: LayerFormat;
}

/** Change of the mean loss that a candidate alone is predicted to make. */
export interface FormatLoss extends FormatCandidate {
  /** g . d, g the gradient by the layer's weights, d their change. */
  readonly first: number;
  /** 1/2 mean_s (g_s . d)^2: the empirical Fisher matrix in the place of the Hessian, as in FAMES. */
  readonly second: number;
  /** ||d|| / ||w|| */
  readonly error: number;
}

export interface LossRequest {
  readonly model: FloatModel;
  readonly input: ActivationGrid;
  /** Pictures that the network was not trained on: on those that it knows the gradient is gone. */
  readonly data: Dataset;
  /** How many of them. Default 256. */
  readonly pictures?: number;
  readonly seed: number;
}

/** One forward and backward pass per picture serves all candidates. @throws QuantError QT100, QT104, QT302 */
export async function formatLosses(
  { model, input, data, pictures = 256, seed }: LossRequest,
  candidates: readonly FormatCandidate[],
): Promise<readonly FormatLoss[]> {
  const trainer = await createTrainer(model, { threads: 1 });
  try {
    trainer.setQuantizers({ input });
    const changes = candidates.map((candidate) => changeOf(model, candidate, seed));
    const effects = await effectsOf(trainer, data, spreadPictures(data, pictures), candidates, changes);
    return candidates.map((candidate, i) => {
      const own = effects[i] ?? [];
      const squares = own.reduce((sum, effect) => sum + effect * effect, 0);
      return {
        ...candidate,
        first: own.reduce((sum, effect) => sum + effect, 0) / own.length,
        second: squares / own.length / 2,
        error: norm(changes[i] ?? new Float32Array()) / norm(convNamed(model, candidate.layer).weights),
      };
    });
  } finally {
    await trainer.close();
  }
}

/** Quantized less float weights. A normalization behind the layer takes a channel's scale back, so that it does not count. */
function changeOf(model: FloatModel, { layer, format }: FormatCandidate, seed: number): Float32Array {
  const node = convNamed(model, layer);
  const { weights, outChannels } = node;
  const used =
    format.kind === 'factors'
      ? productOfFactors(layerInFactors(model, layer, format, seed))
      : weightsOfGrid(formatQuantizer(node, format)(weights));
  const size = weights.length / outChannels;
  const normalized =
    consumersOf(model)
      .get(layer)
      ?.every(({ kind }) => kind === 'batchNorm') ?? false;
  const change = new Float32Array(weights.length);
  for (let channel = 0; channel < outChannels; channel++) {
    const range = [channel * size, (channel + 1) * size] as const;
    const scale = normalized ? bestScale(weights.subarray(...range), used.subarray(...range)) : 1;
    for (let i = range[0]; i < range[1]; i++) change[i] = scale * (used[i] ?? 0) - (weights[i] ?? 0);
  }
  return change;
}

/** The scale with which `used` is nearest to `weights`; 1 where it is all zeros. */
function bestScale(weights: Float32Array, used: Float32Array): number {
  const squares = used.reduce((sum, value) => sum + value * value, 0);
  if (squares === 0) return 1;
  return used.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / squares;
}

/** By candidate and picture: g_s . d. */
async function effectsOf(
  trainer: Trainer,
  data: Dataset,
  pictures: readonly number[],
  candidates: readonly FormatCandidate[],
  changes: readonly Float32Array[],
): Promise<readonly (readonly number[])[]> {
  const places = candidates.map(({ layer }) => weightsOf(trainer, layer));
  const effects: number[][] = candidates.map(() => []);
  for (const picture of pictures) {
    const { values } = await trainer.gradients(data, [picture], [], 'evaluate');
    changes.forEach((change, i) => effects[i]?.push(dotAt(values, places[i], change)));
  }
  return effects;
}

const weightsOf = ({ parameters }: Trainer, layer: string): Parameter | undefined =>
  parameters.find(({ node, kind }) => node === layer && kind === 'weights');

function dotAt(values: Float32Array, place: Parameter | undefined, change: Float32Array): number {
  if (place?.length !== change.length) throw new RangeError('a change has as many numbers as its layer');
  let sum = 0;
  for (let i = 0; i < change.length; i++) sum += (values[place.offset + i] ?? 0) * (change[i] ?? 0);
  return sum;
}

const norm = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
