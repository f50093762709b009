/** What one pass over calibration pictures tells about a layer: how the loss reacts to any change of its product table. */
import { prepareTableGradient, tableLength } from './counting.js';
import { depthOf, pairsOf, type ProductLayer } from './layers.js';

/** Errors E = table - exact of a layer's candidates, in the order of product tables. */
export type Candidates = readonly Float64Array[];

/** Sums over the pictures seen. */
export interface LayerStatistics {
  readonly layer: ProductLayer;
  readonly pictures: number;
  /** dLoss/dTable, loss = mean over the pictures. */
  readonly gradient: Float64Array;
  /** Per candidate and picture: <G_s, E>, the first-order change of that picture's loss. */
  readonly effects: readonly Float64Array[];
  /** Per picture and output channel: dLoss_s/dAccumulator, summed over the pixels. */
  readonly channelGradients: Float64Array;
  /** Per candidate and output channel: the mean change of the accumulator, over pixels and pictures. */
  readonly shifts: readonly Float64Array[];
}

export interface LayerCollector {
  /**
   * One picture: the codes it multiplies, and its own dLoss/dOutput (not divided by the number of pictures),
   * [y][x][channel].
   */
  add(columns: Uint8Array, outputGradient: Float32Array): void;
  finish(): LayerStatistics;
}

/**
 * `scales` turn a step of each output channel's accumulator into the unit that gradients are by: the activation's scale
 * times the weights'.
 */
export function createCollector(
  of: ProductLayer,
  scales: readonly number[],
  candidates: Candidates,
): LayerCollector {
  const channels = of.output[2];
  const addTableGradient = prepareTableGradient(of);
  const histogram = createCodeHistogram(of);
  const gradient = new Float64Array(tableLength(of));
  const own = new Float64Array(gradient.length);
  const scaled = new Float64Array(of.output[0] * of.output[1] * channels);
  const effects: number[][] = candidates.map(() => []);
  const channelGradients: number[] = [];
  let pictures = 0;
  return {
    add: (columns, outputGradient) => {
      const sums = new Float64Array(channels);
      for (let i = 0; i < scaled.length; i++) {
        const channel = i % channels;
        const value = (outputGradient[i] ?? 0) * (scales[channel] ?? 0);
        scaled[i] = value;
        sums[channel] = (sums[channel] ?? 0) + value;
      }
      own.fill(0);
      addTableGradient(columns, scaled, own);
      histogram.add(columns);
      own.forEach((value, entry) => (gradient[entry] = (gradient[entry] ?? 0) + value));
      candidates.forEach((errors, candidate) => effects[candidate]?.push(dot(own, errors)));
      channelGradients.push(...sums);
      pictures++;
    },
    finish: () => ({
      layer: of,
      pictures,
      gradient: gradient.map((sum) => sum / pictures),
      effects: effects.map((each) => Float64Array.from(each)),
      channelGradients: Float64Array.from(channelGradients),
      shifts: histogram.meanChanges(candidates),
    }),
  };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** How often each code stands in each column, over all pixels: enough for the mean of every output channel. */
function createCodeHistogram(of: ProductLayer) {
  const depth = depthOf(of);
  const codes = 2 ** of.actBits;
  const counts = new Float64Array(depth * codes);
  let pixels = 0;
  /** The channel's mean counting matrix. */
  const meanCounts = (channel: number): Float64Array => {
    const mean = new Float64Array(tableLength(of));
    for (const [column, weight] of pairsOf(of, channel)) {
      const weightCode = of.weightCodes[weight] ?? 0;
      for (let code = 0; code < codes; code++) {
        const entry = (code << of.weightBits) | weightCode;
        mean[entry] = (mean[entry] ?? 0) + (counts[column * codes + code] ?? 0) / pixels;
      }
    }
    return mean;
  };
  return {
    add: (columns: Uint8Array): void => {
      for (let i = 0; i < columns.length; i++) {
        const entry = (i % depth) * codes + (columns[i] ?? 0);
        counts[entry] = (counts[entry] ?? 0) + 1;
      }
      pixels += columns.length / depth;
    },
    meanChanges: (candidates: Candidates): readonly Float64Array[] => {
      const changes = candidates.map(() => new Float64Array(of.output[2]));
      for (let channel = 0; channel < of.output[2]; channel++) {
        const counted = meanCounts(channel);
        candidates.forEach((errors, i) => {
          const change = changes[i];
          if (change !== undefined) change[channel] = dot(counted, errors);
        });
      }
      return changes;
    },
  };
}

/** The accumulator steps that bias correction takes back: the mean changes, as integers. */
export const correctionOf = ({ shifts }: LayerStatistics, candidate: number): readonly number[] =>
  // 0 * -1 is -0, which no integer is.
  Array.from(shifts[candidate] ?? [], (shift) => -Math.round(shift) + 0);

/** First-order change of each picture's loss by a candidate; `corrected`: with its bias correction. */
export function pictureEffects(
  statistics: LayerStatistics,
  candidate: number,
  corrected: boolean,
): Float64Array {
  const effects = statistics.effects[candidate] ?? new Float64Array();
  if (!corrected) return effects;
  const correction = correctionOf(statistics, candidate);
  const { channelGradients } = statistics;
  return effects.map((effect, picture) =>
    correction.reduce(
      (sum, step, channel) => sum + step * (channelGradients[picture * correction.length + channel] ?? 0),
      effect,
    ),
  );
}

/** What a candidate is predicted to add to the mean loss. */
export interface Prediction {
  readonly first: number;
  readonly second: number;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** <G, E>, and 1/2 mean_s <G_s, E>^2: the empirical Fisher matrix in the place of the Hessian. */
export function fisherPrediction(
  statistics: LayerStatistics,
  candidate: number,
  corrected: boolean,
): Prediction {
  const effects = pictureEffects(statistics, candidate, corrected);
  return { first: mean(effects), second: mean(effects.map((effect) => effect * effect)) / 2 };
}
