import type { ConvNode } from '../../model/index.js';
import { sizeOf, windowOf, type Layer, type LayerContext } from './layer.js';

/** Numbers of the largest matrix of input patches that is made at a time: what fits into a second-level cache. */
const PATCHES = 128 * 1024;
/** Numbers up to which the patches of all pictures are kept for the backward pass instead of being made again. */
const KEPT = 512 * 1024;

export function convolution(node: ConvNode, context: LayerContext): Layer {
  const layer = node.depthwise ? depthwise(node, context) : dense(node, context);
  return node.bias === undefined ? layer : withBias(layer, context);
}

/** Numbers of scratch memory that `convolution` uses. */
export function convolutionScratch(
  node: ConvNode,
  context: Pick<LayerContext, 'inputShape' | 'shape' | 'capacity'>,
): number {
  if (node.depthwise || rowsPerPicture(node, context) !== undefined) return 0;
  const { perPicture, pictures } = patches(node, context);
  return perPicture * pictures;
}

function dense(node: ConvNode, context: LayerContext): Layer {
  const rows = rowsPerPicture(node, context);
  return rows === undefined ? throughPatches(node, context) : product(node, context, rows);
}

/** Rows of the matrix product of one picture when the input is the matrix already, else undefined. */
function rowsPerPicture(
  { kernel, stride, padding }: ConvNode,
  { inputShape: [height, width] }: Pick<LayerContext, 'inputShape'>,
): number | undefined {
  if (padding.top + padding.left + padding.bottom + padding.right > 0) return undefined;
  if (kernel[0] === height && kernel[1] === width) return 1;
  return [...kernel, ...stride].every((size) => size === 1) ? height * width : undefined;
}

/** Pointwise and fully connected layers: y = x W^T, dx = dy W, dW = dy^T x. */
function product(node: ConvNode, context: LayerContext, rowsPerPicture: number): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
  } = context;
  const weights = context.parameter('weights');
  const outs = node.outChannels;
  const depth = node.weights.length / outs;
  const transposed = context.allocate(depth * outs);
  return {
    prepare: () => kernels.transpose(weights.value, transposed, outs, depth),
    forward: (count) => kernels.matmul(x, transposed, y, count * rowsPerPicture, depth, outs, false),
    backward: (count) => {
      const rows = count * rowsPerPicture;
      kernels.matmulTransposedA(dy, x, weights.gradient, outs, rows, depth, false);
      if (dx !== 0) kernels.matmul(dy, weights.value, dx, rows, outs, depth, false);
    },
  };
}

function patches(
  node: ConvNode,
  { shape, capacity }: Pick<LayerContext, 'shape' | 'capacity'>,
): { readonly perPicture: number; readonly pictures: number } {
  const perPicture = (shape[0] * shape[1] * node.weights.length) / node.outChannels;
  return { perPicture, pictures: Math.max(1, Math.min(capacity, Math.floor(PATCHES / perPicture))) };
}

/** Any other kernel: some pictures at a time become a matrix of input patches, of which small ones are kept. */
function throughPatches(node: ConvNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
    shape,
    inputShape,
  } = context;
  const weights = context.parameter('weights');
  const outs = node.outChannels;
  const depth = node.weights.length / outs;
  const transposed = context.allocate(depth * outs);
  const scratch = context.scratch();
  const { pictures, perPicture } = patches(node, context);
  const isKept = perPicture * context.capacity <= KEPT;
  const kept = isKept ? context.allocate(perPicture * context.capacity) : 0;
  const pixels = shape[0] * shape[1];
  const xBytes = 4 * sizeOf(inputShape);
  const yBytes = 4 * sizeOf(shape);
  const window = windowOf(node, inputShape, shape);

  const columnsOf = (first: number): number => (isKept ? kept + 4 * first * perPicture : scratch);
  const forward = (first: number, count: number): void => {
    const columns = columnsOf(first);
    kernels.im2col(x + first * xBytes, columns, window(count));
    kernels.matmul(columns, transposed, y + first * yBytes, count * pixels, depth, outs, false);
  };
  const backward = (first: number, count: number): void => {
    const columns = columnsOf(first);
    const gradient = dy + first * yBytes;
    const rows = count * pixels;
    if (!isKept) kernels.im2col(x + first * xBytes, columns, window(count));
    kernels.matmulTransposedA(gradient, columns, weights.gradient, outs, rows, depth, first > 0);
    if (dx === 0) return;
    kernels.matmul(gradient, weights.value, scratch, rows, outs, depth, false);
    kernels.col2im(scratch, dx + first * xBytes, window(count));
  };
  return {
    prepare: () => kernels.transpose(weights.value, transposed, outs, depth),
    forward: (count) => inParts(count, pictures, forward),
    backward: (count) => {
      if (dx !== 0) context.clear(dx, count * sizeOf(inputShape));
      inParts(count, pictures, backward);
    },
  };
}

function inParts(count: number, size: number, visit: (first: number, count: number) => void): void {
  for (let first = 0; first < count; first += size) visit(first, Math.min(size, count - first));
}

function depthwise(node: ConvNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
    shape,
    inputShape,
  } = context;
  const weights = context.parameter('weights');
  const window = windowOf(node, inputShape, shape);
  return {
    forward: (count) => kernels.depthwise(x, weights.value, y, window(count)),
    backward: (count) => kernels.depthwiseBackward(x, weights.value, dy, dx, weights.gradient, window(count)),
  };
}

function withBias(layer: Layer, { kernels, parameter, shape, y, dy }: LayerContext): Layer {
  const bias = parameter('bias');
  const [height, width, channels] = shape;
  return {
    ...layer,
    forward: (count, training) => {
      layer.forward(count, training);
      kernels.addBias(y, bias.value, count * height * width, channels);
    },
    backward: (count, training) => {
      kernels.sumRows(dy, bias.gradient, count * height * width, channels);
      layer.backward(count, training);
    },
  };
}
