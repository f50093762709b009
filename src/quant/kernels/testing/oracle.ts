/**
 * Gradients by jax-js, as an oracle: d sum(f(inputs) * dy) / d inputs, in float32. jax-js counts references by hand: an array
 * that is used twice is taken as `.ref` once.
 */
import { grad, init, lax, nn, numpy as np } from '@jax-js/jax';
import type { WindowSizes } from '../kernels.js';

type JaxArray = ReturnType<typeof np.array>;

/** Before the first gradient: Node has no `navigator`, which jax-js looks at. */
export async function startOracle(): Promise<void> {
  if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {} });
  await init('wasm');
}

interface Tensor {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Gradients of sum(f(...inputs) * dy) with respect to each input, in the inputs' layouts. */
function gradients(
  f: (...inputs: JaxArray[]) => JaxArray,
  dy: Tensor,
  inputs: readonly Tensor[],
): readonly Float32Array[] {
  const toJax = ({ values, shape }: Tensor): JaxArray => np.array(values.slice(), { shape: [...shape] });
  const loss = (...args: JaxArray[]): JaxArray => np.sum(f(...args).mul(toJax(dy)));
  return inputs.map((_, i) => {
    const result: JaxArray = grad(loss, { argnums: i })(...inputs.map(toJax));
    const data: unknown = result.dataSync();
    if (!(data instanceof Float32Array)) throw new Error('jax-js answered in another type');
    return data.slice();
  });
}

const nhwcToNchw = (x: JaxArray): JaxArray => np.transpose(x, [0, 3, 1, 2]);
const nchwToNhwc = (x: JaxArray): JaxArray => np.transpose(x, [0, 2, 3, 1]);

const inputShape = (w: WindowSizes): readonly number[] => [w.batch, w.height, w.width, w.channels];

/** Padding as [before, after] by which exactly the window's outputs exist. */
function paddings(w: WindowSizes): [number, number][] {
  const after = (size: number, out: number, stride: number, kernel: number, before: number) =>
    (out - 1) * stride + kernel - size - before;
  return [
    [w.top, after(w.height, w.outHeight, w.strideY, w.kernelHeight, w.top)],
    [w.left, after(w.width, w.outWidth, w.strideX, w.kernelWidth, w.left)],
  ];
}

/** Weights [outChannels][ky][kx][channel], or [channel][ky][kx] when depthwise. Returns [dx, dWeights]. */
export function convolutionGradients(
  w: WindowSizes,
  outChannels: number,
  depthwise: boolean,
  x: Float32Array,
  weights: Float32Array,
  dy: Float32Array,
): readonly Float32Array[] {
  const filters = [outChannels, w.kernelHeight, w.kernelWidth, depthwise ? 1 : w.channels];
  const convolve = (...[input, filter]: JaxArray[]): JaxArray => {
    if (input === undefined || filter === undefined) throw new Error('two inputs');
    const groups = { featureGroupCount: depthwise ? w.channels : 1 };
    const strides = [w.strideY, w.strideX];
    return nchwToNhwc(
      lax.convGeneralDilated(nhwcToNchw(input), nhwcToNchw(filter), strides, paddings(w), groups),
    );
  };
  return gradients(convolve, { values: dy, shape: [w.batch, w.outHeight, w.outWidth, outChannels] }, [
    { values: x, shape: inputShape(w) },
    { values: weights, shape: filters },
  ]);
}

/** Pooling without padding. Returns dx. */
export function poolGradient(
  w: WindowSizes,
  kind: 'max' | 'mean',
  x: Float32Array,
  dy: Float32Array,
): Float32Array {
  const pool = (...[input]: JaxArray[]): JaxArray => {
    if (input === undefined) throw new Error('one input');
    const reduce =
      kind === 'max' ? (values: JaxArray) => np.max(values) : (values: JaxArray) => np.mean(values);
    return nchwToNhwc(
      lax.reduceWindow(nhwcToNchw(input), reduce, [w.kernelHeight, w.kernelWidth], [w.strideY, w.strideX]),
    );
  };
  const shape = [w.batch, w.outHeight, w.outWidth, w.channels];
  return (
    gradients(pool, { values: dy, shape }, [{ values: x, shape: inputShape(w) }])[0] ?? new Float32Array()
  );
}

/** Train-mode batch normalization of x [rows][channels]. Returns [dx, dGamma, dBeta]. */
export function normalizationGradients(
  rows: number,
  channels: number,
  epsilon: number,
  [x, gamma, beta]: readonly [Float32Array, Float32Array, Float32Array],
  dy: Float32Array,
): readonly Float32Array[] {
  const normalize = (...[input, gain, shift]: JaxArray[]): JaxArray => {
    if (input === undefined || gain === undefined || shift === undefined) throw new Error('three inputs');
    const centred = input.ref.sub(np.mean(input, 0));
    const variance = np.mean(centred.ref.mul(centred.ref), 0);
    return centred
      .div(np.sqrt(variance.add(epsilon)))
      .mul(gain)
      .add(shift);
  };
  return gradients(normalize, { values: dy, shape: [rows, channels] }, [
    { values: x, shape: [rows, channels] },
    { values: gamma, shape: [channels] },
    { values: beta, shape: [channels] },
  ]);
}

/** Gradient of the sum of the rows' softmax cross entropies. */
export function crossEntropyGradient(
  rows: number,
  classes: number,
  logits: Float32Array,
  labels: Int32Array,
): Float32Array {
  const target = new Float32Array(rows * classes);
  labels.forEach((label, row) => (target[row * classes + label] = -1));
  const logSoftmax = (...[input]: JaxArray[]): JaxArray => {
    if (input === undefined) throw new Error('one input');
    return nn.logSoftmax(input, 1);
  };
  const shape = [rows, classes];
  return (
    gradients(logSoftmax, { values: target, shape }, [{ values: logits, shape }])[0] ?? new Float32Array()
  );
}
