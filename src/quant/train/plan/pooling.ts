import type { AvgPoolNode, MaxPoolNode } from '../../model/index.js';
import { sizeOf, windowOf, type Layer, type LayerContext } from './layer.js';

export function maxPool(node: MaxPoolNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
    shape,
    inputShape,
  } = context;
  const window = windowOf(node, inputShape, shape);
  const [outputs, inputs] = [sizeOf(shape), sizeOf(inputShape)];
  const winners = context.allocate(context.capacity * outputs);
  return {
    forward: (count) => kernels.maxPool(x, y, winners, window(count)),
    backward: (count) => {
      if (dx !== 0) kernels.maxPoolBackward(dy, winners, dx, count * outputs, count * inputs);
    },
  };
}

export function avgPool(node: AvgPoolNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
    shape,
    inputShape,
  } = context;
  const window = windowOf(node, inputShape, shape);
  return {
    forward: (count) => kernels.avgPool(x, y, window(count)),
    backward: (count) => {
      if (dx !== 0) kernels.avgPoolBackward(dy, dx, window(count));
    },
  };
}
