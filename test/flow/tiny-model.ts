/** Very small networks and pictures, written as the files that a user would bring. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOnnx, type OnnxGraph } from '../../src/nn/index.js';
import { graphBuilder } from '../nn/graph-builder.js';

export const side = 4;
export const classes = 3;
export const pictures = 6;

/** A repeating pattern of -1, 0, 1, or of small integers. */
const pattern = (length: number, values: readonly number[], step: number): number[] =>
  Array.from({ length }, (_, i) => values[(i * step) % values.length] ?? 0);

export interface TinyChanges {
  /** An operator put behind the first layer. */
  readonly extra?: string;
  /** Stored ternary codes, of which one is this instead. */
  readonly code?: number;
  /** No quantizers at all. */
  readonly float?: boolean;
}

/** 4 x 4 pixels, an 8-bit convolution, a ternary pointwise layer, a classifier with three classes. */
export function tinyGraph({ extra, code, float = false }: TinyChanges = {}): OnnxGraph {
  const b = graphBuilder([1, 1, side, side]);
  const act = (x: string): string => (float ? x : b.quant(x, { scale: 1, bits: 8, signed: false }));
  const weights = (dims: readonly number[], values: readonly number[], bits: number): string => {
    const constant = b.constant(dims, values);
    return float ? constant : b.quant(constant, { scale: 0.25, bits, signed: true, narrow: true });
  };
  const quarters = (values: readonly number[]): number[] => values.map((value) => value / 4);
  const conv = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], group: 1, dilations: [1, 1] };
  const point = { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1], group: 1, dilations: [1, 1] };
  const first = weights([2, 1, 3, 3], quarters(pattern(18, [3, -1, 2, 0, -2], 1)), 8);
  let x = act(b.node('Conv', [act(b.input), first], conv));
  if (extra !== undefined) x = b.node(extra, [x]);
  /** The integers themselves, with the Clip that declares their range. */
  const storedTernary = (dims: readonly number[], codes: readonly number[]): string => {
    const [scale, zero] = [b.constant([], [0.25]), b.constant([], [0], 'int8')];
    const limits = [b.constant([], [-1], 'int8'), b.constant([], [1], 'int8')];
    const clipped = b.node('Clip', [b.constant(dims, codes, 'int8'), ...limits]);
    return b.node('DequantizeLinear', [clipped, scale, zero]);
  };
  const ternary = pattern(8, [1, -1, 0, 1, 1], 2);
  const second =
    code === undefined
      ? weights([4, 2, 1, 1], quarters(ternary), 2)
      : storedTernary([4, 2, 1, 1], ternary.with(3, code));
  x = act(b.node('Relu', [b.node('Conv', [x, second], point)]));
  x = b.node('Flatten', [x], { axis: 1 });
  const third = weights([classes, 16], quarters(pattern(classes * 16, [2, -3, 1, 0, -1, 3, 1], 1)), 8);
  return b.build(b.node('Gemm', [x, third], { transB: 1 }));
}

/** IDX: zero, zero, element type, dimensions, sizes, data. */
export function idx(sizes: readonly number[], data: readonly number[]): Uint8Array {
  const header = [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, size >> 8, size & 255])];
  return Uint8Array.from([...header, ...data]);
}

export const picturesFile = (count = pictures, size = side): Uint8Array =>
  idx([count, size, size], pattern(count * size * size, [0, 250, 13, 77, 128, 31, 200, 5, 99, 160, 66], 3));

export const labelsFile = (count = pictures): Uint8Array => idx([count], pattern(count, [0, 1, 2], 1));

export interface TinyFiles {
  readonly model: string;
  readonly samples: string;
  readonly labels: string;
}

export function writeTiny(folder: string, changes: TinyChanges = {}): TinyFiles {
  const write = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    model: write('tiny.onnx', writeOnnx(tinyGraph(changes))),
    samples: write('pictures.idx', picturesFile()),
    labels: write('labels.idx', labelsFile()),
  };
}
