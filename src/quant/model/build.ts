/** Float networks by hand: for tests, benches and the networks of networks.ts. */
import { createRandom } from '../../num/index.js';
import type { Padding, Shape } from '../../nn/index.js';
import { QuantError } from '../errors.js';
import type { ConvNode, FloatModel, FloatNode } from './ir.js';
import { nodeShapes, shapeOf, verifyModel } from './shapes.js';

interface NodeOptions {
  /** Default: the kind and a number. */
  readonly name?: string;
  /** Default: the node added last. */
  readonly input?: string;
}

interface WindowOptions extends NodeOptions {
  /** Default 3 for convolutions, 2 for pooling. */
  readonly kernel?: number;
  /** Default 1 for convolutions, the kernel for pooling. */
  readonly stride?: number;
  /** On each side. Default: half the kernel for convolutions, as PyTorch users write "same"; 0 for pooling. */
  readonly padding?: number;
}

interface ConvOptions extends WindowOptions {
  /** Zeros to start with. Default false. */
  readonly bias?: boolean;
}

/** Every method adds a node behind the one added last and returns the builder. */
export interface ModelBuilder {
  /** Name of the node added last; at the start, of the input. */
  readonly last: string;
  conv(outChannels: number, options?: ConvOptions): ModelBuilder;
  depthwise(options?: ConvOptions): ModelBuilder;
  pointwise(outChannels: number, options?: Omit<ConvOptions, 'kernel' | 'padding'>): ModelBuilder;
  /** gamma 1, beta 0, mean 0, variance 1, epsilon 1e-5. */
  batchNorm(options?: NodeOptions): ModelBuilder;
  relu(options?: NodeOptions & { readonly max?: number }): ModelBuilder;
  maxPool(options?: WindowOptions): ModelBuilder;
  globalAvgPool(options?: NodeOptions): ModelBuilder;
  /** The node added last plus `other`. */
  add(other: string, options?: NodeOptions): ModelBuilder;
  /** With a bias of zeros. */
  fullyConnected(outputs: number, options?: NodeOptions): ModelBuilder;
  /** @throws QuantError QT001 to QT004 */
  build(): FloatModel;
}

/**
 * Starts a network. Weights: He initialization, uniform in +-sqrt(6 / fan-in) (He et al. 2015 as a uniform distribution, so
 * that one seed gives the same bits on every machine).
 */
export function modelBuilder(name: string, inputShape: Shape, seed = 1): ModelBuilder {
  const random = createRandom(seed);
  const state: { last: string; readonly nodes: FloatNode[] } = { last: 'input', nodes: [] };
  const model = (): FloatModel => ({ name, input: 'input', inputShape, nodes: [...state.nodes] });
  const shapeAt = (node: string): Shape => shapeOf(nodeShapes(model()), node, 'the next one');
  const named = (stem: string, { name: given }: NodeOptions): string =>
    given ?? `${stem}${state.nodes.filter((node) => node.name.startsWith(stem)).length + 1}`;
  const append = (node: FloatNode): ModelBuilder => {
    state.nodes.push(node);
    state.last = node.name;
    nodeShapes(model());
    return builder;
  };
  const weights = (count: number, fanIn: number): Float32Array => {
    const limit = Math.sqrt(6 / fanIn);
    return Float32Array.from({ length: count }, () => random.between(-limit, limit));
  };
  const convolution = (
    stem: string,
    outChannels: number | undefined,
    kernel: readonly [number, number],
    options: ConvOptions,
  ): ModelBuilder => {
    const input = options.input ?? state.last;
    const inChannels = shapeAt(input)[2];
    const out = outChannels ?? inChannels;
    const fanIn = kernel[0] * kernel[1] * (outChannels === undefined ? 1 : inChannels);
    const node: ConvNode = {
      kind: 'conv',
      name: named(stem, options),
      input,
      kernel,
      ...pacing(options, options.stride ?? 1, options.padding ?? 0),
      depthwise: outChannels === undefined,
      inChannels,
      outChannels: out,
      weights: weights(out * fanIn, fanIn),
    };
    return append(options.bias === true ? { ...node, bias: new Float32Array(out) } : node);
  };
  const square = (stem: string, outChannels: number | undefined, options: ConvOptions): ModelBuilder => {
    const kernel = options.kernel ?? 3;
    const padding = options.padding ?? Math.floor(kernel / 2);
    return convolution(stem, outChannels, [kernel, kernel], { ...options, padding });
  };
  const builder: ModelBuilder = {
    get last() {
      return state.last;
    },
    conv: (outChannels, options = {}) => square('conv', outChannels, options),
    depthwise: (options = {}) => square('depthwise', undefined, options),
    pointwise: (outChannels, options = {}) => convolution('pointwise', outChannels, [1, 1], options),
    fullyConnected: (outputs, options = {}) => {
      const [height, width] = shapeAt(options.input ?? state.last);
      return convolution('fullyConnected', outputs, [height, width], { ...options, bias: true });
    },
    batchNorm: (options = {}) => {
      const input = options.input ?? state.last;
      const constant = (value: number): Float32Array => new Float32Array(shapeAt(input)[2]).fill(value);
      const parameters = { gamma: constant(1), beta: constant(0), mean: constant(0), variance: constant(1) };
      return append({
        kind: 'batchNorm',
        name: named('batchNorm', options),
        input,
        ...parameters,
        epsilon: 1e-5,
      });
    },
    relu: (options = {}) =>
      append({
        kind: 'relu',
        name: named('relu', options),
        input: options.input ?? state.last,
        ...(options.max === undefined ? {} : { max: options.max }),
      }),
    maxPool: (options = {}) => {
      const size = options.kernel ?? 2;
      const window = pacing(options, options.stride ?? size, options.padding ?? 0);
      const input = options.input ?? state.last;
      return append({
        kind: 'maxPool',
        name: named('maxPool', options),
        input,
        kernel: [size, size],
        ...window,
      });
    },
    globalAvgPool: (options = {}) => {
      const input = options.input ?? state.last;
      const [height, width] = shapeAt(input);
      const window = { kernel: [height, width] as const, ...pacing(options, 1, 0) };
      return append({ kind: 'avgPool', name: named('avgPool', options), input, ...window });
    },
    add: (other, options = {}) =>
      append({ kind: 'add', name: named('add', options), inputs: [options.input ?? state.last, other] }),
    build: () => {
      const built = model();
      verifyModel(built);
      return built;
    },
  };
  return builder;
}

function pacing(
  { name = 'a window' }: NodeOptions,
  stride: number,
  padding: number,
): { readonly stride: readonly [number, number]; readonly padding: Padding } {
  if (!Number.isInteger(padding) || padding < 0)
    throw new QuantError('QT002', `${name} has padding ${padding}; an integer from 0 is needed.`);
  return {
    stride: [stride, stride],
    padding: { top: padding, left: padding, bottom: padding, right: padding },
  };
}
