import { describe, expect, test } from 'vitest';
import {
  importOnnx,
  loadLabels,
  loadSamples,
  prepareReference,
  quantizeSamples,
  type IntegerNetwork,
} from '../../src/nn/index.js';
import { haveShared, readShared, sharedPath } from './shared-data.js';

const LONG = 400_000;

function argmax(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++) if ((values[from + k] ?? 0) > (values[from + best] ?? 0)) best = k;
  return best;
}

function classify(network: IntegerNetwork, pictures: string, inputScale: number): readonly number[] {
  const samples = quantizeSamples(
    network,
    loadSamples(sharedPath(`datasets/${pictures}-images-idx3-ubyte.gz`)),
    { inputScale },
  );
  const runner = prepareReference(network);
  const outputs = runner.runMany(samples.values, samples.count);
  return Array.from({ length: samples.count }, (_, i) =>
    argmax(outputs, i * runner.outputLength, runner.outputLength),
  );
}

function accuracy(network: IntegerNetwork, pictures: string, inputScale: number): number {
  const labels = loadLabels(sharedPath(`datasets/${pictures}-labels-idx1-ubyte.gz`));
  const classes = classify(network, pictures, inputScale);
  return classes.filter((c, i) => c === labels[i]).length / classes.length;
}

describe.runIf(haveShared())('accuracy of models of ../shared/data over whole test sets', () => {
  test.each([
    ['dwnet_ternary_pw_int8_dw', 0.8642],
    ['dwnet_w4a4_pow2scale', 0.8587],
  ])('%s: 10,000 Fashion-MNIST pictures', { timeout: LONG }, (name, stored) => {
    const { network } = importOnnx(readShared(`models/${name}.qonnx.onnx`));
    expect(Math.abs(accuracy(network, 'fashion-t10k', 1 / 256) - stored)).toBeLessThanOrEqual(0.001);
  });

  test.each([
    ['TFC_2W2A', 0.966],
    ['TFC_1W2A', undefined],
    ['TFC_1W1A', undefined],
  ])('%s: the class of every MNIST test picture is the stored one', { timeout: LONG }, (name, wanted) => {
    const { network } = importOnnx(readShared(`qonnx_zoo/${name}.onnx`));
    expect(network.tensors[network.input]?.shape).toEqual([1, 1, 784]);
    expect(network.layers.every((layer) => layer.kind === 'conv' && layer.weightFormat === 'ternary')).toBe(
      true,
    );
    const { data } = loadSamples(sharedPath(`qonnx_zoo/${name}_mnist_t10k_logits_f32.npy`));
    const classes = classify(network, 'mnist-t10k', 1 / 255);
    expect(classes).toEqual(Array.from({ length: 10_000 }, (_, i) => argmax(data, i * 10, 10)));
    if (wanted === undefined) return;
    const labels = loadLabels(sharedPath('datasets/mnist-t10k-labels-idx1-ubyte.gz'));
    expect(Math.abs(classes.filter((c, i) => c === labels[i]).length / 10_000 - wanted)).toBeLessThanOrEqual(
      0.001,
    );
  });
});
