/** The layers whose products can be looked up, and the codes they multiply. */
import { elementCount, tensorOf, type ConvLayer, type IntegerNetwork, type Shape } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { Widths } from './catalogue.js';

/** A convolution with the types of its operands. */
export interface ProductLayer extends Widths {
  readonly name: string;
  readonly layer: ConvLayer;
  readonly input: Shape;
  readonly output: Shape;
  /** Products per picture; those with padding are multiplied too. */
  readonly products: number;
  /** Stored codes (two's complement bits) of the weights, in the layer's order. */
  readonly weightCodes: Uint8Array;
}

/** Every convolution of the network, in execution order. @throws QuantError QT503 for codes of more than 8 bits */
export function productLayers(network: IntegerNetwork): readonly ProductLayer[] {
  return network.layers.filter((layer) => layer.kind === 'conv').map((layer) => productLayer(network, layer));
}

function productLayer(network: IntegerNetwork, layer: ConvLayer): ProductLayer {
  const where = `layer "${layer.name}"`;
  const input = tensorOf(network, layer.input, where);
  const output = tensorOf(network, layer.output, where).shape;
  if (input.bits > 8 || layer.weightBits > 8 || input.zeroPoint !== 0) {
    throw new QuantError(
      'QT503',
      `${where} multiplies ${input.bits}-bit inputs (zero point ${input.zeroPoint}) by ${layer.weightBits}-bit weights; ` +
        'product tables need at most 8 bits each and zero point 0. Quantize it to fewer bits.',
    );
  }
  const perOutput = layer.weights.length / output[2];
  const mask = 2 ** layer.weightBits - 1;
  return {
    name: layer.name,
    layer,
    input: input.shape,
    output,
    ...{ actBits: input.bits, actSigned: input.signed, weightBits: layer.weightBits },
    products: elementCount(output) * perOutput,
    weightCodes: Uint8Array.from(layer.weights, (weight) => weight & mask),
  };
}

/** Columns per output pixel: taps times input channels, for depthwise layers too. */
export const depthOf = ({ layer, input }: ProductLayer): number =>
  layer.kernel[0] * layer.kernel[1] * input[2];

/**
 * Gathers the stored codes that each output pixel's window covers, columns[pixel][ky][kx][channel] from `to` on, of the
 * picture whose input tensor begins at `from` of `values`; padding is code 0.
 */
export type Gather = (values: Int32Array, from: number, columns: Uint8Array, to: number) => void;

export function prepareGather(of: ProductLayer): Gather {
  const mask = 2 ** of.actBits - 1;
  const size = elementCount(of.input);
  const sources = columnSources(of);
  if (sources.length === size && sources.every((source, i) => source === i)) {
    return (values, from, columns, to) => {
      for (let i = 0; i < size; i++) columns[to + i] = (values[from + i] ?? 0) & mask;
    };
  }
  // Behind the picture's codes a few more, all 0: padding reads them.
  const codes = new Uint8Array(Math.ceil(size / 4) * 4 + 4);
  const move = of.input[2] % 4 === 0 ? moveWords(codes, sources) : moveCodes(codes, sources);
  return (values, from, columns, to) => {
    for (let i = 0; i < size; i++) codes[i] = (values[from + i] ?? 0) & mask;
    move(columns, to);
  };
}

type Move = (columns: Uint8Array, to: number) => void;

const moveCodes =
  (codes: Uint8Array, sources: Int32Array): Move =>
  (columns, to) => {
    for (let i = 0; i < sources.length; i++) columns[to + i] = codes[sources[i] ?? 0] ?? 0;
  };

/** Four channels at a time. */
function moveWords(codes: Uint8Array, sources: Int32Array): Move {
  const words = new Uint32Array(codes.buffer);
  const wordSources = Int32Array.from({ length: sources.length / 4 }, (_, i) => (sources[4 * i] ?? 0) / 4);
  return (columns, to) => {
    const target = new Uint32Array(columns.buffer, columns.byteOffset + to, wordSources.length);
    for (let i = 0; i < wordSources.length; i++) target[i] = words[wordSources[i] ?? 0] ?? 0;
  };
}

/** Per entry of the columns where its code stands in the input, a multiple of 4 behind the input's end for padding. */
function columnSources({ layer, input, output }: ProductLayer): Int32Array {
  const [height, width, channels] = input;
  const [rows, taps] = layer.kernel;
  const outside = Math.ceil(elementCount(input) / 4) * 4;
  const sources = new Int32Array(output[0] * output[1] * rows * taps * channels);
  let at = 0;
  for (let pixel = 0; pixel < output[0] * output[1]; pixel++) {
    const y0 = Math.floor(pixel / output[1]) * layer.stride[0] - layer.padding.top;
    const x0 = (pixel % output[1]) * layer.stride[1] - layer.padding.left;
    for (let tap = 0; tap < rows * taps; tap++) {
      const [y, x] = [y0 + Math.floor(tap / taps), x0 + (tap % taps)];
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      for (let c = 0; c < channels; c++) {
        sources[at++] = inside ? (y * width + x) * channels + c : outside;
      }
    }
  }
  return sources;
}

/** The operands of an output channel's products: column index within a pixel, index into the weights. */
export function pairsOf(
  of: ProductLayer,
  channel: number,
): readonly (readonly [column: number, weight: number])[] {
  const { layer, input } = of;
  const taps = layer.kernel[0] * layer.kernel[1];
  const count = layer.depthwise ? taps : depthOf(of);
  return Array.from({ length: count }, (_, i) => [
    layer.depthwise ? i * input[2] + channel : i,
    channel * count + i,
  ]);
}
