import fc from 'fast-check';
import type { IntegerLayer, IntegerNetwork, IntegerTensor } from '../ir.js';
import { createRandom } from '../../num/index.js';
import { accumulatorRanges, bitsFor, union } from '../ranges.js';
import { runLayer } from '../reference/index.js';
import { verifyNetwork } from '../verify.js';
import { drawDraft, residualDraft, type Operator } from './random-layer.js';
import { inputTransformOf, partialNetwork, type Draft, type RandomNetworkOptions } from './draft.js';
import { pick } from './pick.js';
import { families } from './random-weights.js';
import { randomTensorType } from './random-requantize.js';

const SAMPLE_PICTURES = 3;
const CHANNEL_COUNTS = [1, 2, 3, 4, 5, 7, 8, 10, 16, 17];
const allOperators: readonly Operator[] = [
  'conv', 'pointwise', 'depthwise', 'fullyConnected', 'rescale', 'avgPool', 'maxPool', 'add', 'residual',
]; // prettier-ignore

/**
 * Arbitrary valid networks over every operator of the IR. Replays by seed; shrinks to fewer layers. Requantization is
 * chosen from the accumulators that random pictures really give, so that outputs spread over lo .. hi.
 */
export function randomNetwork(options: RandomNetworkOptions = {}): fc.Arbitrary<IntegerNetwork> {
  const full = withDefaults(options);
  return fc
    .record({
      seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      layerCount: fc.integer({ min: full.minLayers, max: full.maxLayers }),
    })
    .map(({ seed, layerCount }) => makeRandomNetwork(seed, layerCount, options));
}

/** The network of that seed. Always passes `verifyNetwork`. */
export function makeRandomNetwork(
  seed: number,
  layerCount: number,
  options: RandomNetworkOptions = {},
): IntegerNetwork {
  const draft = startDraft(seed, withDefaults(options));
  let current = 'input';
  for (let i = 0; i < layerCount; i++) {
    const last = i === layerCount - 1;
    const operator = pick(draft.random, draft.options.operators);
    current =
      operator === 'residual'
        ? appendResidual(draft, current, i)
        : append(draft, drawDraft(draft, operator, current, i, last));
  }
  const network: IntegerNetwork = {
    name: `random_${seed}_${layerCount}`,
    input: 'input',
    output: current,
    inputTransform: inputTransformOf(draft),
    tensors: draft.tensors,
    layers: draft.layers,
  };
  verifyNetwork(network);
  return network;
}

/** A picture the network accepts, uniform over its input range. */
export function randomInput(network: IntegerNetwork, seed: number): Int32Array {
  const random = createRandom(seed);
  const { lo, hi } = network.inputTransform;
  const [height, width, channels] = network.tensors[network.input]?.shape ?? [0, 0, 0];
  return Int32Array.from({ length: height * width * channels }, () => random.integer(lo, hi));
}

function withDefaults(options: RandomNetworkOptions): Required<RandomNetworkOptions> {
  return {
    maxMacs: options.maxMacs ?? 30_000,
    minLayers: options.minLayers ?? 1,
    maxLayers: options.maxLayers ?? 5,
    maxSize: options.maxSize ?? 11,
    operators: options.operators ?? allOperators,
    families: options.families ?? families,
    roundings: options.roundings ?? ['halfUp', 'halfAwayFromZero', 'halfEven'],
  };
}

function startDraft(seed: number, options: Required<RandomNetworkOptions>): Draft {
  const random = createRandom(seed);
  const shape = [
    random.integer(1, options.maxSize),
    random.integer(1, options.maxSize),
    pick(random, CHANNEL_COUNTS),
  ] as const;
  const input: IntegerTensor = { name: 'input', shape, ...randomTensorType(random) };
  const draft: Draft = {
    random,
    options,
    tensors: { input },
    layers: [],
    samples: new Map(),
    macsLeft: options.maxMacs,
  };
  const { lo, hi } = inputTransformOf(draft);
  const picture = (): Int32Array =>
    Int32Array.from({ length: shape[0] * shape[1] * shape[2] }, () => random.integer(lo, hi));
  draft.samples.set('input', Array.from({ length: SAMPLE_PICTURES }, picture));
  return draft;
}

/** Adds the layer and its output tensor, runs it on the sample pictures. Returns the output's name. */
function append(draft: Draft, { layer, output }: { layer: IntegerLayer; output: IntegerTensor }): string {
  draft.tensors[output.name] = output;
  draft.layers.push(layer);
  if (layer.kind === 'conv' && layer.requantize === undefined) widenRawOutput(draft, layer, output);
  const inputs = layer.kind === 'add' ? layer.inputs : [layer.input];
  const network = partialNetwork(draft, output.name);
  const runs = Array.from({ length: SAMPLE_PICTURES }, (_, i) =>
    runLayer(
      network,
      layer,
      inputs.map((name) => draft.samples.get(name)?.[i] ?? new Int32Array()),
    ),
  );
  draft.samples.set(output.name, runs);
  return output.name;
}

/** Raw logits take as many bits as the accumulator needs. */
function widenRawOutput(draft: Draft, layer: IntegerLayer, output: IntegerTensor): void {
  const range = union(accumulatorRanges(partialNetwork(draft, output.name), layer));
  draft.tensors[output.name] = { ...output, bits: bitsFor(range, true) };
}

/** x -> convolution that keeps the shape -> add x. */
function appendResidual(draft: Draft, input: string, index: number): string {
  const drafted = residualDraft(draft, input, index);
  const convolved = drafted === undefined ? input : append(draft, drafted);
  return append(draft, drawDraft(draft, 'add', convolved, index, false, input));
}
