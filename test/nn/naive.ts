import type { ConvLayer, IntegerLayer, IntegerNetwork, Requantize } from '../../src/nn/ir.js';

/**
 * A second, independent implementation of the integer contract for tests: BigInt, one output element at a time, written
 * from docs/integer-contract.md and sharing no code with src/nn/reference.
 */
export function naiveNetwork(network: IntegerNetwork, input: Int32Array): Record<string, Int32Array> {
  const values: Record<string, Int32Array> = { [network.input]: input };
  for (const layer of network.layers) values[layer.output] = naiveLayer(network, layer, values);
  return values;
}

export function naiveRound(numerator: bigint, shift: number, mode: Requantize['rounding']): bigint {
  const divisor = 1n << BigInt(shift);
  let below = numerator / divisor;
  if (below * divisor > numerator) below -= 1n;
  const twice = 2n * (numerator - below * divisor);
  if (twice !== divisor) return twice > divisor ? below + 1n : below;
  if (mode === 'halfUp') return below + 1n;
  if (mode === 'halfEven') return below % 2n === 0n ? below : below + 1n;
  return numerator > 0n ? below + 1n : below;
}

function clamp(value: bigint, lo: number, hi: number): number {
  const v = Number(value);
  return v < lo ? lo : v > hi ? hi : v;
}

function shapeOf(
  network: IntegerNetwork,
  name: string,
): { h: number; w: number; c: number; zero: number; bits: number } {
  const tensor = network.tensors[name];
  if (tensor === undefined) throw new Error(name);
  const [h, w, c] = tensor.shape;
  return { h, w, c, zero: tensor.zeroPoint, bits: tensor.bits };
}

function naiveLayer(
  network: IntegerNetwork,
  layer: IntegerLayer,
  values: Record<string, Int32Array>,
): Int32Array {
  const out = shapeOf(network, layer.output);
  const result = new Int32Array(out.h * out.w * out.c);
  for (let y = 0; y < out.h; y++) {
    for (let x = 0; x < out.w; x++) {
      for (let c = 0; c < out.c; c++) {
        result[(y * out.w + x) * out.c + c] = naiveElement(network, layer, values, y, x, c);
      }
    }
  }
  return result;
}

function naiveElement(
  network: IntegerNetwork,
  layer: IntegerLayer,
  values: Record<string, Int32Array>,
  y: number,
  x: number,
  c: number,
): number {
  if (layer.kind === 'add') {
    const [a, b] = layer.inputs.map((name) => {
      const { w, c: channels, zero } = shapeOf(network, name);
      return BigInt((values[name]?.[(y * w + x) * channels + c] ?? NaN) - zero);
    });
    const sum = (a ?? 0n) * BigInt(layer.multiplierA) + (b ?? 0n) * BigInt(layer.multiplierB);
    return clamp(naiveRound(sum, layer.shift, layer.rounding) + BigInt(layer.zeroPoint), layer.lo, layer.hi);
  }
  const source = shapeOf(network, layer.input);
  let acc = layer.kind === 'conv' ? BigInt(layer.bias[c] ?? NaN) : 0n;
  let greatest = -(2 ** 31);
  for (let ky = 0; ky < layer.kernel[0]; ky++) {
    for (let kx = 0; kx < layer.kernel[1]; kx++) {
      const iy = y * layer.stride[0] + ky - layer.padding.top;
      const ix = x * layer.stride[1] + kx - layer.padding.left;
      const outside = iy < 0 || iy >= source.h || ix < 0 || ix >= source.w;
      if (outside && (layer.kind !== 'conv' || layer.product === 'exact')) continue;
      const at = (channel: number): number =>
        outside ? 0 : (values[layer.input]?.[(iy * source.w + ix) * source.c + channel] ?? NaN);
      if (layer.kind === 'conv') acc += naiveTap(layer, source, at, ky, kx, c);
      else if (layer.kind === 'avgPool') acc += BigInt(at(c) - source.zero);
      else greatest = Math.max(greatest, at(c));
    }
  }
  if (layer.kind === 'maxPool') return greatest;
  if (layer.requantize === undefined) return Number(acc);
  const r = layer.requantize;
  const sum = acc * BigInt(r.multiplier[c] ?? NaN) + BigInt(r.addend[c] ?? NaN);
  return clamp(naiveRound(sum, r.shift[c] ?? NaN, r.rounding) + BigInt(r.zeroPoint), r.lo, r.hi);
}

function naiveTap(
  layer: ConvLayer,
  source: { c: number; zero: number; bits: number },
  at: (channel: number) => number,
  ky: number,
  kx: number,
  c: number,
): bigint {
  const [kh, kw] = layer.kernel;
  const product = (x: number, weight: number): bigint => {
    if (layer.product === 'exact') return BigInt(x - source.zero) * BigInt(weight);
    const code = (value: number, bits: number): number => (value < 0 ? value + 2 ** bits : value);
    const place = code(x, source.bits) * 2 ** layer.weightBits + code(weight, layer.weightBits);
    return BigInt(layer.product.table[place] ?? NaN);
  };
  if (layer.depthwise) return product(at(c), layer.weights[(c * kh + ky) * kw + kx] ?? NaN);
  let sum = 0n;
  for (let i = 0; i < source.c; i++) {
    const weight = layer.weights[((c * kh + ky) * kw + kx) * source.c + i] ?? NaN;
    sum += product(at(i), weight);
  }
  return sum;
}
