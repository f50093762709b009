import type { BatchNormNode, ReluNode } from '../../model/index.js';
import { sizeOf, type Layer, type LayerContext } from './layer.js';

/** Training: statistics of the batch at hand; else the stored ones, which are constants of the backward pass. */
export function batchNorm({ epsilon }: BatchNormNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
    shape,
  } = context;
  const [height, width, channels] = shape;
  const gamma = context.parameter('gamma');
  const beta = context.parameter('beta');
  const { running, batch } = context.statistics();
  const zeros = context.allocate(channels);
  const rowsOf = (count: number): number => count * height * width;
  /** In place on dy it would be lost before dx is computed from it. */
  const unused = context.scratch();

  const backwardOfConstants = (rows: number): void => {
    const { mean, variance } = running;
    const { value, gradient } = gamma;
    kernels.normalizeBackward(
      x,
      dy,
      mean,
      variance,
      value,
      unused,
      gradient,
      beta.gradient,
      rows,
      channels,
      epsilon,
    );
    if (dx !== 0) kernels.normalize(dy, zeros, variance, value, zeros, dx, rows, channels, epsilon);
  };
  const layer = (max?: number): Layer => ({
    prepare: () => context.clear(zeros, channels),
    forward: (count, training) => {
      const rows = rowsOf(count);
      const { mean, variance } = training ? batch : running;
      if (training) kernels.statistics(x, mean, variance, rows, channels);
      const inputs = [x, mean, variance, gamma.value, beta.value, y, rows, channels, epsilon] as const;
      if (max === undefined) kernels.normalize(...inputs);
      else kernels.normalizeRelu(...inputs, max);
    },
    backward: (count, training) => {
      const rows = rowsOf(count);
      if (!training) {
        if (max !== undefined) kernels.reluBackward(y, dy, dy, rows * channels, max);
        backwardOfConstants(rows);
        return;
      }
      const inputs = [x, dy, batch.mean, batch.variance, gamma.value] as const;
      const results = [dx === 0 ? unused : dx, gamma.gradient, beta.gradient] as const;
      if (max === undefined) kernels.normalizeBackward(...inputs, ...results, rows, channels, epsilon);
      else kernels.normalizeReluBackward(...inputs, beta.value, ...results, rows, channels, epsilon, max);
    },
  });
  return { ...layer(), rectified: layer };
}

export function relu({ max = Infinity }: ReluNode, context: LayerContext): Layer {
  const {
    kernels,
    x: [x = 0],
    y,
    dy,
    dx: [dx = 0],
  } = context;
  const size = sizeOf(context.shape);
  return {
    forward: (count) => kernels.relu(x, y, count * size, max),
    backward: (count) => {
      if (dx !== 0) kernels.reluBackward(y, dy, dx, count * size, max);
    },
  };
}

export function add(context: LayerContext): Layer {
  const {
    kernels,
    copy,
    x: [a = 0, b = 0],
    y,
    dy,
    dx,
  } = context;
  const size = sizeOf(context.shape);
  return {
    forward: (count) => {
      copy(a, y, count * size);
      kernels.addInto(b, y, count * size);
    },
    backward: (count) => {
      for (const to of dx) if (to !== 0 && to !== dy) copy(dy, to, count * size);
    },
  };
}
