/** Every candidate of every layer judged by one forward and backward pass over calibration pictures. */
import { elementCount, type Dataset } from '../../nn/index.js';
import type { QuantizedModel } from '../model/index.js';
import { createTrainer, type Quantizers } from '../train/index.js';
import { errorsOf, type ApproxMultiplier } from './catalogue.js';
import { curvatures } from './hessian.js';
import type { TableNetwork } from './inference/table-network.js';
import type { ProductLayer } from './layers.js';
import { accumulatorScales, inputsOf } from './lower.js';
import {
  correctionOf,
  createCollector,
  fisherPrediction,
  type LayerCollector,
  type LayerStatistics,
  type Prediction,
} from './statistics.js';

/** What is known about a layer and its candidates, in the candidates' order. */
export interface LayerEstimate {
  readonly layer: ProductLayer;
  readonly candidates: readonly ApproxMultiplier[];
  readonly statistics: LayerStatistics;
  readonly predictions: readonly Prediction[];
}

export interface EstimateRequest {
  readonly quantized: QuantizedModel;
  /** Of its integer network; every layer with its own products. */
  readonly running: TableNetwork;
  /** By layer, in the order of `running.layers`. */
  readonly candidates: readonly (readonly ApproxMultiplier[])[];
  readonly data: Dataset;
  readonly pictures: readonly number[];
  readonly secondOrder: 'none' | 'fisher' | 'hessian';
  /** Step of the Hessian's central difference, as a part of each candidate's change. */
  readonly hessianStep: number;
  /** Predict for candidates whose mean error the bias takes back. */
  readonly biasCorrection: boolean;
  /** May throw to end the estimate. */
  readonly beforeLayer?: (layer: string) => void;
}

/** Pictures at a time: bounds the memory of gradients. */
const BATCH = 64;

/** @throws QuantError QT503 */
export async function estimate(request: EstimateRequest): Promise<readonly LayerEstimate[]> {
  const statistics = await collect(request);
  const estimates: LayerEstimate[] = [];
  for (const [i, layerStatistics] of statistics.entries()) {
    const candidates = request.candidates[i] ?? [];
    request.beforeLayer?.(layerStatistics.layer.name);
    const fisher = candidates.map((_, at) => fisherPrediction(layerStatistics, at, request.biasCorrection));
    estimates.push({
      layer: layerStatistics.layer,
      candidates,
      statistics: layerStatistics,
      predictions: await withSecondOrder(request, layerStatistics, candidates, fisher),
    });
  }
  return estimates;
}

const gridsOf = ({ input, activations }: QuantizedModel): Quantizers => ({ input, activations });

async function collect(request: EstimateRequest): Promise<readonly LayerStatistics[]> {
  const { quantized, running, data, pictures } = request;
  const names = running.layers.map(({ name }) => name);
  const collectors = new Map(
    running.layers.map((of, i): [string, LayerCollector] => {
      const errors = (request.candidates[i] ?? []).map(errorsOf);
      return [of.name, createCollector(of, accumulatorScales(quantized, of.name), errors)];
    }),
  );
  const trainer = await createTrainer(quantized.model, { evaluationBatch: BATCH });
  try {
    trainer.setQuantizers(gridsOf(quantized));
    for (let first = 0; first < pictures.length; first += BATCH) {
      const batch = pictures.slice(first, first + BATCH);
      const { taps } = await trainer.gradients(data, batch, names, 'evaluate');
      running.run(inputsOf(running.network, data, batch), batch.length, (of, columns, picture) => {
        const size = elementCount(of.output);
        const own = taps[of.name]?.subarray(picture * size, (picture + 1) * size) ?? new Float32Array(size);
        // The engine's loss is the mean over the batch; each picture's own loss is wanted.
        collectors.get(of.name)?.add(
          columns,
          own.map((value) => value * batch.length),
        );
      });
    }
  } finally {
    await trainer.close();
  }
  return [...collectors.values()].map((collector) => collector.finish());
}

async function withSecondOrder(
  request: EstimateRequest,
  statistics: LayerStatistics,
  candidates: readonly ApproxMultiplier[],
  fisher: readonly Prediction[],
): Promise<readonly Prediction[]> {
  if (request.secondOrder === 'fisher' || candidates.length === 0) return fisher;
  if (request.secondOrder === 'none') return fisher.map(({ first }) => ({ first, second: 0 }));
  const { quantized, data, pictures, hessianStep } = request;
  const found = await curvatures(
    {
      model: quantized.model,
      quantizers: gridsOf(quantized),
      ...{ data, pictures, node: statistics.layer.name, step: hessianStep },
    },
    outputChanges(request, statistics, candidates),
  );
  return fisher.map(({ first }, i) => ({ first, second: found[i] ?? 0 }));
}

/** Per candidate: how it changes the layer's output on the pictures, [picture][y][x][channel], in real units. */
function* outputChanges(
  { quantized, running, data, pictures, biasCorrection }: EstimateRequest,
  statistics: LayerStatistics,
  candidates: readonly ApproxMultiplier[],
): Generator<Float32Array> {
  const of = statistics.layer;
  const scales = accumulatorScales(quantized, of.name);
  const size = elementCount(of.output);
  const sums = (): Int32Array => {
    const all = new Int32Array(pictures.length * size);
    running.compute({ from: of.name, to: of.name }, (_, __, picture, own) => all.set(own, picture * size));
    return all;
  };
  running.load(inputsOf(running.network, data, pictures), pictures.length);
  running.compute({ to: of.name });
  const exact = sums();
  for (const [candidate, { table }] of candidates.entries()) {
    const correction = biasCorrection ? correctionOf(statistics, candidate) : [];
    running.substitute(of.name, { table });
    const changed = sums();
    running.substitute(of.name, undefined);
    yield Float32Array.from(changed, (sum, i) => {
      const channel = i % scales.length;
      return (sum - (exact[i] ?? 0) + (correction[channel] ?? 0)) * (scales[channel] ?? 0);
    });
  }
}
