/** The readable float executor: the oracle of readers, writers and the training engine. Sums in double precision. */
import { roundHalfEven } from '../../num/index.js';
import { storageRange, type Shape } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type {
  ActivationGrid,
  AvgPoolNode,
  BatchNormNode,
  ConvNode,
  FloatModel,
  FloatNode,
  MaxPoolNode,
} from './ir.js';
import { nodeShapes, shapeOf } from './shapes.js';
import { affineOf } from './transform.js';

/** Grids that values are rounded to while the network runs: fake quantization. */
export interface RunGrids {
  readonly input?: ActivationGrid;
  /** By node. */
  readonly activations?: Readonly<Record<string, ActivationGrid>>;
}

/** Logits of one picture ([y][x][channel]). @throws QuantError QT002, QT003 */
export function runFloat(model: FloatModel, picture: ArrayLike<number>, grids: RunGrids = {}): Float32Array {
  const last = model.nodes.at(-1)?.name ?? model.input;
  return traceFloat(model, picture, grids).get(last) ?? new Float32Array();
}

/** The output of every node, and the input's, [y][x][channel]. @throws QuantError QT002, QT003 */
export function traceFloat(
  model: FloatModel,
  picture: ArrayLike<number>,
  { input, activations = {} }: RunGrids = {},
): ReadonlyMap<string, Float32Array> {
  const shapes = nodeShapes(model);
  const [height, width, channels] = model.inputShape;
  if (picture.length !== height * width * channels)
    throw new QuantError(
      'QT002',
      `a picture of ${picture.length} numbers is given to network "${model.name}", which takes ${height} x ${width} x ${channels}.`,
    );
  const values = new Map([[model.input, onGrid(Float32Array.from(picture), input)]]);
  for (const node of model.nodes) {
    const grid = Object.hasOwn(activations, node.name) ? activations[node.name] : undefined;
    values.set(node.name, onGrid(outputOf(node, values, shapes), grid));
  }
  return values;
}

/** Nearest value of the grid, ties to even code, as every quantizer of the file forms has it. */
export function onGrid(values: Float32Array, grid: ActivationGrid | undefined): Float32Array {
  if (grid === undefined) return values;
  const { lo, hi } = storageRange(grid);
  const scale = Math.fround(grid.scale);
  return values.map((value) => scale * Math.min(hi, Math.max(lo, roundHalfEven(Math.fround(value / scale)))));
}

type Values = ReadonlyMap<string, Float32Array>;
type Shapes = ReadonlyMap<string, Shape>;

function outputOf(node: FloatNode, values: Values, shapes: Shapes): Float32Array {
  const read = (name: string): Float32Array => values.get(name) ?? new Float32Array();
  if (node.kind === 'add') {
    const b = read(node.inputs[1]);
    return read(node.inputs[0]).map((value, i) => value + (b[i] ?? 0));
  }
  const x = read(node.input);
  switch (node.kind) {
    case 'relu':
      return x.map((value) => Math.min(node.max ?? Infinity, Math.max(0, value)));
    case 'batchNorm':
      return normalize(node, x);
    default:
      return slide(node, x, shapeOf(shapes, node.input, node.name), shapeOf(shapes, node.name, node.name));
  }
}

function normalize(node: BatchNormNode, x: Float32Array): Float32Array {
  const { gain, offset } = affineOf(node);
  return x.map((value, i) => value * (gain[i % gain.length] ?? 0) + (offset[i % gain.length] ?? 0));
}

/** A sliding window: each output is what `reduce` makes of the pixels under it. */
function slide(
  node: ConvNode | MaxPoolNode | AvgPoolNode,
  x: Float32Array,
  [height, width, channels]: Shape,
  [outHeight, outWidth, outChannels]: Shape,
): Float32Array {
  const y = new Float32Array(outHeight * outWidth * outChannels);
  for (let i = 0; i < y.length; i++) {
    const channel = i % outChannels;
    const pixel = Math.floor(i / outChannels);
    const top = Math.floor(pixel / outWidth) * node.stride[0] - node.padding.top;
    const left = (pixel % outWidth) * node.stride[1] - node.padding.left;
    const taps: Tap[] = [];
    for (let tap = 0; tap < node.kernel[0] * node.kernel[1]; tap++) {
      const row = top + Math.floor(tap / node.kernel[1]);
      const column = left + (tap % node.kernel[1]);
      if (row >= 0 && row < height && column >= 0 && column < width)
        taps.push({ tap, at: (row * width + column) * channels });
    }
    y[i] = reduce(node, x, taps, channel);
  }
  return y;
}

/** A pixel under the window: its place in the kernel and its first channel in the picture. */
interface Tap {
  readonly tap: number;
  readonly at: number;
}

function reduce(
  node: ConvNode | MaxPoolNode | AvgPoolNode,
  x: Float32Array,
  taps: readonly Tap[],
  channel: number,
): number {
  const area = node.kernel[0] * node.kernel[1];
  if (node.kind === 'maxPool')
    return taps.reduce((most, { at }) => Math.max(most, x[at + channel] ?? 0), -Infinity);
  if (node.kind === 'avgPool') return taps.reduce((sum, { at }) => sum + (x[at + channel] ?? 0), 0) / area;
  const { weights, inChannels } = node;
  let sum = node.bias?.[channel] ?? 0;
  for (const { tap, at } of taps) {
    if (node.depthwise) sum += (x[at + channel] ?? 0) * (weights[channel * area + tap] ?? 0);
    else {
      const row = (channel * area + tap) * inChannels;
      for (let c = 0; c < inChannels; c++) sum += (x[at + c] ?? 0) * (weights[row + c] ?? 0);
    }
  }
  return sum;
}
