/**
 * A network that adds given values to a node's output. They come in as extra channels of the input picture, which a
 * convolution with weights 0 and 1 picks: so the engine needs no hook for it.
 */
import type { Dataset, Shape } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import {
  nodeShapes,
  shapeOf,
  type ActivationGrid,
  type ConvNode,
  type FloatModel,
  type FloatNode,
} from '../model/index.js';
import type { Quantizers } from '../train/index.js';

export interface Injection {
  readonly model: FloatModel;
  readonly quantizers: Quantizers;
  /** The node whose output is the sum; tap it for the gradient there. */
  readonly sum: string;
  /** Pictures with `offsets`, [picture][y][x][channel] of the node, beside them. */
  pictures(data: Dataset, pictures: readonly number[], offsets: Float32Array): Dataset;
}

const names = { picture: 'injection: picture', offset: 'injection: offset', sum: 'injection: sum' } as const;

/** `quantizers`: without projections. @throws QuantError QT003 no such node, QT503 an output larger than the picture */
export function injectInto(model: FloatModel, quantizers: Quantizers, node: string): Injection {
  const shape = shapeOf(nodeShapes(model), node, 'the injection');
  const [height, width, channels] = model.inputShape;
  const inputShape: Shape = [height, width, channels + shape[2]];
  const axes = [axisOf(height, shape[0], node), axisOf(width, shape[1], node)] as const;
  const whole = [axisOf(height, height, node), axisOf(width, width, node)] as const;
  const read = (name: string): string =>
    name === model.input ? names.picture : name === node ? names.sum : name;
  const nodes = model.nodes.flatMap((each): readonly FloatNode[] =>
    each.name === node
      ? [withInputs(each, read), { kind: 'add', name: names.sum, inputs: [node, names.offset] }]
      : [withInputs(each, read)],
  );
  const picks = [
    pick(names.picture, model.input, inputShape[2], { from: 0, count: channels }, whole),
    pick(names.offset, model.input, inputShape[2], { from: channels, count: shape[2] }, axes),
  ];
  return {
    model: { ...model, inputShape, nodes: [...picks, ...nodes] },
    quantizers: movedGrids(quantizers, node),
    sum: names.sum,
    pictures: (data, pictures, offsets) =>
      widened(data, pictures, { offsets, shape, inputShape, strides: [axes[0].stride, axes[1].stride] }),
  };
}

/** How a window of one tap picks `outputs` of `size` pixels along an axis: pixel i of them is pixel i * stride. */
interface Axis {
  readonly stride: number;
  readonly kernel: number;
}

function axisOf(size: number, outputs: number, node: string): Axis {
  if (outputs > size) {
    throw new QuantError(
      'QT503',
      `the output of "${node}" is larger than the picture, which the Hessian form cannot handle. Use secondOrder "fisher".`,
    );
  }
  const stride = Math.floor((size - 1) / outputs) + 1;
  if ((outputs - 1) * stride < size) return { stride, kernel: 1 };
  // No stride ends at the right pixel: a longer kernel, zero but for its first tap, stops there.
  const shorter = Math.floor((size - 1) / (outputs - 1));
  return { stride: shorter, kernel: size - (outputs - 1) * shorter };
}

/** `count` channels from channel `from` on, as they are. */
function pick(
  name: string,
  input: string,
  inChannels: number,
  { from, count }: { readonly from: number; readonly count: number },
  [y, x]: readonly [Axis, Axis],
): ConvNode {
  const filter = y.kernel * x.kernel * inChannels;
  const weights = new Float32Array(count * filter);
  for (let o = 0; o < count; o++) weights[o * filter + from + o] = 1;
  return {
    ...{ kind: 'conv', name, input, kernel: [y.kernel, x.kernel], stride: [y.stride, x.stride] },
    ...{ padding: { top: 0, left: 0, bottom: 0, right: 0 }, depthwise: false },
    ...{ inChannels, outChannels: count, weights },
  };
}

const withInputs = (node: FloatNode, read: (name: string) => string): FloatNode =>
  node.kind === 'add'
    ? { ...node, inputs: [read(node.inputs[0]), read(node.inputs[1])] }
    : { ...node, input: read(node.input) };

type Grid = readonly [node: string, grid: ActivationGrid];

/** The picture's grid goes to the picked picture, the node's own to the sum. */
function movedGrids({ input, activations = {} }: Quantizers, node: string): Quantizers {
  const moved = Object.entries(activations).map(([name, grid]): Grid => [
    name === node ? names.sum : name,
    grid,
  ]);
  const own: readonly Grid[] = input === undefined ? [] : [[names.picture, input]];
  return { activations: Object.fromEntries([...moved, ...own]) };
}

interface Widening {
  readonly offsets: Float32Array;
  readonly shape: Shape;
  readonly inputShape: Shape;
  readonly strides: readonly [number, number];
}

function widened(
  data: Dataset,
  pictures: readonly number[],
  { offsets, shape, inputShape, strides }: Widening,
): Dataset {
  const [height, width, channels] = inputShape;
  const own = data.shape[2];
  const wide = new Float32Array(pictures.length * height * width * channels);
  pictures.forEach((picture, i) => {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const to = (i * height * width + pixel) * channels;
      const from = (picture * height * width + pixel) * own;
      for (let c = 0; c < own; c++) wide[to + c] = (data.pictures[from + c] ?? 0) * data.scale;
    }
    for (let y = 0; y < shape[0]; y++) {
      for (let x = 0; x < shape[1]; x++) {
        const to = ((i * height + y * strides[0]) * width + x * strides[1]) * channels + own;
        const from = ((i * shape[0] + y) * shape[1] + x) * shape[2];
        wide.set(offsets.subarray(from, from + shape[2]), to);
      }
    }
  });
  return {
    ...{ name: data.name, shape: inputShape, classes: data.classes, count: pictures.length, scale: 1 },
    pictures: wide,
    labels: Uint8Array.from(pictures, (picture) => data.labels[picture] ?? 0),
  };
}
