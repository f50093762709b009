import type {
  AvgPoolLayer,
  ConvLayer,
  IntegerLayer,
  IntegerNetwork,
  IntegerTensor,
  Padding,
  Shape,
} from './ir.js';
import { NnError } from './errors.js';

/** Both ends included. */
export interface ValueRange {
  readonly lo: number;
  readonly hi: number;
}

/** What `bits` bits can hold. */
export function storageRange({ bits, signed }: Pick<IntegerTensor, 'bits' | 'signed'>): ValueRange {
  return signed ? { lo: -(2 ** (bits - 1)), hi: 2 ** (bits - 1) - 1 } : { lo: 0, hi: 2 ** bits - 1 };
}

/** Fewest bits, two's complement when `signed`, that hold the range; at least 1. */
export function bitsFor({ lo, hi }: ValueRange, signed: boolean): number {
  const magnitude = Math.max(signed ? -lo - 1 : 0, hi, 0);
  const width = magnitude === 0 ? 0 : Math.floor(Math.log2(magnitude)) + 1;
  return Math.max(1, width + (signed ? 1 : 0));
}

/** Output height and width of a sliding window: floor((size + padding - kernel) / stride) + 1. */
export function windowOutput(
  [height, width]: readonly [number, number, ...unknown[]],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  padding: Padding,
): readonly [height: number, width: number] {
  return [
    Math.floor((height + padding.top + padding.bottom - kernel[0]) / stride[0]) + 1,
    Math.floor((width + padding.left + padding.right - kernel[1]) / stride[1]) + 1,
  ];
}

export const hasPadding = (p: Padding): boolean => p.top > 0 || p.left > 0 || p.bottom > 0 || p.right > 0;

export const elementCount = ([height, width, channels]: Shape): number => height * width * channels;

/** The tensor of that name. @throws NnError NN010 */
export function tensorOf(network: IntegerNetwork, name: string, user: string): IntegerTensor {
  const tensor = Object.hasOwn(network.tensors, name) ? network.tensors[name] : undefined;
  if (tensor === undefined) {
    throw new NnError(
      'NN010',
      `${user} names tensor "${name}", which the network does not declare. Add it to tensors.`,
    );
  }
  return tensor;
}

export const layerInputs = (layer: IntegerLayer): readonly string[] =>
  layer.kind === 'add' ? layer.inputs : [layer.input];

/**
 * The values each tensor can take, by interval arithmetic: clamp limits of the layer that produces it, the input
 * transform's limits for the input, and for raw logits the accumulator's range over the actual weights.
 */
export function tensorRanges(network: IntegerNetwork): ReadonlyMap<string, ValueRange> {
  const ranges = new Map<string, ValueRange>();
  ranges.set(network.input, { lo: network.inputTransform.lo, hi: network.inputTransform.hi });
  for (const layer of network.layers) ranges.set(layer.output, outputRange(network, layer, ranges));
  return ranges;
}

function outputRange(
  network: IntegerNetwork,
  layer: IntegerLayer,
  ranges: ReadonlyMap<string, ValueRange>,
): ValueRange {
  switch (layer.kind) {
    case 'add':
      return { lo: layer.lo, hi: layer.hi };
    case 'avgPool':
      return { lo: layer.requantize.lo, hi: layer.requantize.hi };
    case 'maxPool':
      return ranges.get(layer.input) ?? storageRange(tensorOf(network, layer.input, `layer "${layer.name}"`));
    case 'conv':
      if (layer.requantize !== undefined) return { lo: layer.requantize.lo, hi: layer.requantize.hi };
      return union(accumulatorRanges(network, layer, ranges));
  }
}

export function union(ranges: readonly ValueRange[]): ValueRange {
  return {
    lo: ranges.reduce((least, { lo }) => Math.min(least, lo), Infinity),
    hi: ranges.reduce((greatest, { hi }) => Math.max(greatest, hi), -Infinity),
  };
}

/**
 * The accumulator's range per output channel, bias included: the least and greatest value over every input the tensor
 * can hold and the actual weights, 0 included for taps that padding can reach. For `add` and `maxPool`: no entry.
 */
export function accumulatorRanges(
  network: IntegerNetwork,
  layer: IntegerLayer,
  known: ReadonlyMap<string, ValueRange> = tensorRanges(network),
): readonly ValueRange[] {
  if (layer.kind !== 'conv' && layer.kind !== 'avgPool') return [];
  const input = tensorOf(network, layer.input, `layer "${layer.name}"`);
  const output = tensorOf(network, layer.output, `layer "${layer.name}"`);
  return windowRanges(layer, input, known.get(layer.input) ?? storageRange(input), output.shape[2]);
}

/** The same for one layer whose input tensor holds `range`. */
export function windowRanges(
  layer: Omit<ConvLayer, 'output'> | Pick<AvgPoolLayer, 'kind' | 'kernel' | 'padding'>,
  input: Pick<IntegerTensor, 'bits' | 'zeroPoint'>,
  range: ValueRange,
  channels: number,
): readonly ValueRange[] {
  const inside = { lo: range.lo - input.zeroPoint, hi: range.hi - input.zeroPoint };
  const x = hasPadding(layer.padding) ? union([inside, { lo: 0, hi: 0 }]) : inside;
  if (layer.kind === 'conv') {
    return layer.product === 'exact'
      ? convRanges(layer, x)
      : tableRanges(layer, layer.product.table, input.bits, range);
  }
  const taps = layer.kernel[0] * layer.kernel[1];
  const sum = { lo: taps * x.lo, hi: taps * x.hi };
  return Array.from({ length: channels }, () => sum);
}

function convRanges(layer: Pick<ConvLayer, 'weights' | 'bias'>, x: ValueRange): readonly ValueRange[] {
  const perChannel = layer.weights.length / layer.bias.length;
  return layer.bias.map((bias, channel) => {
    let positive = 0;
    let negative = 0;
    for (let i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
      const weight = layer.weights[i] ?? 0;
      if (weight > 0) positive += weight;
      else negative += weight;
    }
    return { lo: bias + positive * x.lo + negative * x.hi, hi: bias + positive * x.hi + negative * x.lo };
  });
}

/** A table product may be any function of the codes, so its extremes are found by looking. */
function tableRanges(
  layer: Omit<ConvLayer, 'output'>,
  table: readonly number[],
  inputBits: number,
  x: ValueRange,
): readonly ValueRange[] {
  const cache = new Map<number, ValueRange>();
  const extremes = (weight: number): ValueRange => {
    const found = cache.get(weight);
    if (found !== undefined) return found;
    let range = { lo: Infinity, hi: -Infinity };
    const from = hasPadding(layer.padding) ? Math.min(0, x.lo) : x.lo;
    const to = hasPadding(layer.padding) ? Math.max(0, x.hi) : x.hi;
    for (let act = from; act <= to; act++) {
      const product = table[tableIndex(act, weight, inputBits, layer.weightBits)] ?? 0;
      range = union([range, { lo: product, hi: product }]);
    }
    cache.set(weight, range);
    return range;
  };
  const perChannel = layer.weights.length / layer.bias.length;
  return layer.bias.map((bias, channel) => {
    const total = { lo: bias, hi: bias };
    for (const weight of layer.weights.subarray(channel * perChannel, (channel + 1) * perChannel)) {
      const { lo, hi } = extremes(weight);
      total.lo += lo;
      total.hi += hi;
    }
    return total;
  });
}

/** Index into a product table: the activation's stored code (two's complement bits) above the weight's. */
export function tableIndex(act: number, weight: number, actBits: number, weightBits: number): number {
  const actCode = act < 0 ? act + 2 ** actBits : act;
  const weightCode = weight < 0 ? weight + 2 ** weightBits : weight;
  return actCode * 2 ** weightBits + weightCode;
}

/** Fewest bits (two's complement) that hold the layer's accumulator in every channel. */
export function accumulatorBits(network: IntegerNetwork, layer: IntegerLayer): number {
  const ranges = accumulatorRanges(network, layer);
  return ranges.length === 0 ? 0 : bitsFor(union(ranges), true);
}
