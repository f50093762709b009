import type { ConvLayer, IntegerNetwork, Padding, Shape } from '../ir.js';
import { tensorOf, type ValueRange } from '../ranges.js';

/** Reads its input tensors and fills the whole output tensor. */
export type LayerKernel = (inputs: readonly Int32Array[], output: Int32Array) => void;

export interface LayerContext {
  readonly network: IntegerNetwork;
  readonly ranges: ReadonlyMap<string, ValueRange>;
}

/** What every sliding window needs. */
export interface Window {
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
  readonly inputZero: number;
}

interface WindowLayer {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
}

export function windowOf({ network }: LayerContext, layer: WindowLayer): Window {
  const input = tensorOf(network, layer.input, `layer "${layer.name}"`);
  const output = tensorOf(network, layer.output, `layer "${layer.name}"`);
  const { kernel, stride, padding } = layer;
  return { input: input.shape, output: output.shape, kernel, stride, padding, inputZero: input.zeroPoint };
}

/** The taps of a window along one axis that fall inside the picture, from `first` on, `end` excluded. */
export function insideTaps(
  start: number,
  kernelSize: number,
  size: number,
): readonly [first: number, end: number] {
  return [Math.max(0, -start), Math.min(kernelSize, size - start)];
}

/** Greatest |x - zeroPoint| of a tensor. */
export function greatestInput({ network, ranges }: LayerContext, name: string): number {
  const { zeroPoint } = tensorOf(network, name, network.name);
  const { lo, hi } = ranges.get(name) ?? { lo: 0, hi: 0 };
  return Math.max(Math.abs(lo - zeroPoint), Math.abs(hi - zeroPoint));
}

/** Per output channel, a bound on |bias + any partial sum|, whatever the order of summation. */
export function accumulatorBounds(context: LayerContext, layer: ConvLayer): readonly number[] {
  const perChannel = layer.weights.length / layer.bias.length;
  if (layer.product !== 'exact') {
    const product = layer.product.table.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    return layer.bias.map((bias) => Math.abs(bias) + perChannel * product);
  }
  const greatest = greatestInput(context, layer.input);
  return layer.bias.map((bias, channel) => {
    let sum = 0;
    for (let i = channel * perChannel; i < (channel + 1) * perChannel; i++)
      sum += Math.abs(layer.weights[i] ?? 0);
    return Math.abs(bias) + sum * greatest;
  });
}
