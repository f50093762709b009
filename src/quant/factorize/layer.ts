/** One layer's weights into quantized factors, and those into the small convolutions that take its place. */
import type { ConvNode, WeightGrid } from '../model/index.js';
import { weightsOfGrid } from '../calibrate/index.js';
import { quantizeByAdmm, quantizeFactors, type AdmmOptions, type QuantizedFactor } from './admm.js';
import { cpAls, randomFactors } from './cp.js';
import { correctErrorPreserving } from './epc.js';
import { checkRank, type FactorizableLayer } from './layers.js';
import { relativeError, unfold, type DenseTensor, type Factors, type Unfolded } from './tensor.js';

/** Widths of the three factors; matrices have no `depth`. */
export interface FactorBits {
  /** Input channels to rank. */
  readonly in: number;
  /** Taps of the window, per term. */
  readonly depth: number;
  /** Rank to output channels. */
  readonly out: number;
}

export interface LayerOptions extends Omit<AdmmOptions, 'bits'> {
  readonly bits: FactorBits;
  /** `cp`: alternating least squares, then error preserving correction. `random` is the paper's ablation. */
  readonly init: 'cp' | 'random';
  readonly alsIterations: number;
  readonly epcIterations: number;
  /** The correction may raise the error by this factor, >= 1: smaller terms are worth that to a coarse grid. */
  readonly epcSlack: number;
  readonly seed: number;
}

/** Relative errors ||T - T^|| / ||T|| on the way; the first two only where the start was CP. */
export interface LayerErrors {
  /** Of the float factors. */
  readonly float?: number;
  /** Of the float factors, each put on its grid: what there would be without ADMM. */
  readonly quantizedFloat?: number;
  /** Of the result. */
  readonly admm: number;
}

export interface FactorizedLayer {
  readonly layer: string;
  readonly modes: readonly number[];
  readonly rank: number;
  readonly errors: LayerErrors;
  /** Outer iterations, and why they ended; `limit`: not converged, the best is kept. */
  readonly iterations: number;
  readonly stop: 'converged' | 'rising' | 'limit';
  /** In the layer's place, in execution order. Weights = code * scale. */
  readonly nodes: readonly ConvNode[];
  /** By name of those nodes. */
  readonly grids: Readonly<Record<string, WeightGrid>>;
}

/** @throws QuantError QT301 when the rank is out of range */
export function factorizeLayer(
  layer: FactorizableLayer,
  rank: number,
  options: LayerOptions,
): FactorizedLayer {
  checkRank(layer, rank);
  const { node, modes } = layer;
  const tensor = unfold(weightTensor(layer));
  const { in: input, depth, out } = options.bits;
  const bits = modes.length === 3 ? [out, input, depth] : [out, input];
  const start = startFactors(tensor, rank, options);
  const { factors, error, iterations, stop } = quantizeByAdmm(tensor, start, { ...options, bits });
  const grids = factorGrids(node, factors);
  return {
    layer: node.name,
    modes,
    rank,
    errors: {
      ...(options.init === 'cp' && {
        float: relativeError(tensor, start),
        quantizedFloat: quantizeFactors(tensor, start, bits, options.scalePoints).error,
      }),
      admm: error,
    },
    iterations,
    stop,
    nodes: factorNodes(node, rank, grids),
    grids,
  };
}

/** [outputs][filter] as it is stored, or [outputs][inputs][taps]: the authors' order of modes, and so of updates. */
function weightTensor({ node, modes }: FactorizableLayer): DenseTensor {
  const [outputs = 1, inputs = 1, taps] = modes;
  if (taps === undefined) return { shape: modes, values: Float64Array.from(node.weights) };
  const values = new Float64Array(node.weights.length);
  for (let out = 0; out < outputs; out++) {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) {
        values[(out * inputs + input) * taps + tap] = node.weights[(out * taps + tap) * inputs + input] ?? 0;
      }
    }
  }
  return { shape: modes, values };
}

function startFactors(tensor: Unfolded, rank: number, options: LayerOptions): Factors {
  if (options.init === 'random') return randomFactors(tensor, rank, options.seed);
  const cp = cpAls(tensor, rank, { iterations: options.alsIterations, seed: options.seed });
  const bound = options.epcSlack * relativeError(tensor, cp);
  return correctErrorPreserving(tensor, cp, { iterations: options.epcIterations, bound });
}

const nameOf = (node: ConvNode, part: 'in' | 'depth' | 'out'): string => `${node.name}/${part}`;

/** Factors in the order of the modes: out, in, depth. */
function factorGrids(
  node: ConvNode,
  [out, input, depth]: readonly QuantizedFactor[],
): Readonly<Record<string, WeightGrid>> {
  return {
    ...(input && { [nameOf(node, 'in')]: gridOf(input, termMajor(input)) }),
    ...(depth && { [nameOf(node, 'depth')]: gridOf(depth, termMajor(depth)) }),
    ...(out && { [nameOf(node, 'out')]: gridOf(out, out.codes) }),
  };
}

/** [mode][rank] to [rank][mode]: a filter per term. */
function termMajor({ codes, matrix: { rows, columns } }: QuantizedFactor): Int16Array {
  return Int16Array.from(codes, (_, i) => codes[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}

const gridOf = ({ bits, scale }: QuantizedFactor, codes: Int16Array): WeightGrid => ({
  codes,
  scales: Float32Array.of(scale),
  bits,
  format: 'int',
});

/**
 * 1 x 1 to `rank` channels at the input's resolution, the window per channel, 1 x 1 to the outputs with the layer's bias;
 * of a matrix, the layer itself with `rank` outputs and then 1 x 1. Nothing in between but the storing as integers.
 */
function factorNodes(
  node: ConvNode,
  rank: number,
  grids: Readonly<Record<string, WeightGrid>>,
): readonly ConvNode[] {
  const [first, middle, last] = [nameOf(node, 'in'), nameOf(node, 'depth'), nameOf(node, 'out')];
  const { inChannels, outChannels, bias, kernel, stride, padding } = node;
  const weightsOf = (name: string): Float32Array => {
    const grid = grids[name];
    return grid === undefined ? new Float32Array() : weightsOfGrid(grid);
  };
  const window = { kernel, stride, padding };
  const point = { kernel: [1, 1], stride: [1, 1], padding: noPadding } as const;
  const three = Object.hasOwn(grids, middle);
  const into: ConvNode = {
    kind: 'conv',
    name: first,
    input: node.input,
    ...(three ? point : window),
    depthwise: false,
    inChannels,
    outChannels: rank,
    weights: weightsOf(first),
  };
  const depth: ConvNode = {
    kind: 'conv',
    name: middle,
    input: first,
    ...window,
    depthwise: true,
    inChannels: rank,
    outChannels: rank,
    weights: weightsOf(middle),
  };
  const out: ConvNode = {
    kind: 'conv',
    name: last,
    input: three ? middle : first,
    ...point,
    depthwise: false,
    inChannels: rank,
    outChannels,
    weights: weightsOf(last),
    ...(bias && { bias }),
  };
  return three ? [into, depth, out] : [into, out];
}

const noPadding = { top: 0, left: 0, bottom: 0, right: 0 } as const;

/** The weights of the layer that the factors stand for, in the layer's own order. */
export function productOfFactors({ nodes }: Pick<FactorizedLayer, 'nodes'>): Float32Array {
  const [into, ...rest] = nodes;
  const out = rest.at(-1);
  const depth = rest.length > 1 ? rest[0] : undefined;
  if (into === undefined || out === undefined)
    throw new RangeError('a factorized layer has two or three nodes');
  const rank = into.outChannels;
  const inputs = into.weights.length / rank;
  const taps = depth === undefined ? 1 : depth.weights.length / rank;
  const product = new Float32Array(out.outChannels * taps * inputs);
  for (let output = 0; output < out.outChannels; output++) {
    for (let term = 0; term < rank; term++) {
      const left = out.weights[output * rank + term] ?? 0;
      for (let tap = 0; tap < taps; tap++) {
        const middle = left * (depth === undefined ? 1 : (depth.weights[term * taps + tap] ?? 0));
        const first = (output * taps + tap) * inputs;
        for (let input = 0; input < inputs; input++)
          product[first + input] =
            (product[first + input] ?? 0) + middle * (into.weights[term * inputs + input] ?? 0);
      }
    }
  }
  return product;
}
