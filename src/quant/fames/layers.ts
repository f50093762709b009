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
 * The stored codes that each output pixel's window covers: columns[pixel][ky][kx][channel]; padding is code 0. `values` is
 * one picture's input tensor from `from` on.
 */
export function gatherCodes(of: ProductLayer, values: Int32Array, columns: Uint8Array): void {
  const { layer, input, output, actBits } = of;
  const [height, width, channels] = input;
  const mask = 2 ** actBits - 1;
  let at = 0;
  for (let outY = 0; outY < output[0]; outY++) {
    for (let outX = 0; outX < output[1]; outX++) {
      const x0 = outX * layer.stride[1] - layer.padding.left;
      for (let ky = 0; ky < layer.kernel[0]; ky++) {
        const y = outY * layer.stride[0] - layer.padding.top + ky;
        for (let kx = 0; kx < layer.kernel[1]; kx++) {
          const x = x0 + kx;
          if (y < 0 || y >= height || x < 0 || x >= width) columns.fill(0, at, at + channels);
          else {
            const from = (y * width + x) * channels;
            for (let c = 0; c < channels; c++) columns[at + c] = (values[from + c] ?? 0) & mask;
          }
          at += channels;
        }
      }
    }
  }
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
