import type {
  AddLayer,
  AvgPoolLayer,
  ConvLayer,
  IntegerLayer,
  IntegerTensor,
  MaxPoolLayer,
  Padding,
  Requantize,
} from '../ir.js';
import type { Random } from '../../num/index.js';
import { windowOutput } from '../ranges.js';
import { runLayer } from '../reference/index.js';
import { partialNetwork, type Draft } from './draft.js';
import { pick } from './pick.js';
import { randomWeights } from './random-weights.js';
import { quantizeFactor, randomClamp, randomTensorType, spreadingRequantize } from './random-requantize.js';

export type Operator =
  | 'conv'
  | 'pointwise'
  | 'depthwise'
  | 'fullyConnected'
  | 'rescale'
  | 'avgPool'
  | 'maxPool'
  | 'add'
  | 'residual';

export interface DraftedLayer {
  readonly layer: IntegerLayer;
  readonly output: IntegerTensor;
}

type ConvOperator = 'conv' | 'pointwise' | 'depthwise' | 'fullyConnected';

interface Geometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding;
}

const OUT_CHANNELS = [1, 2, 3, 5, 7, 8, 10, 16, 17, 20];
const noPadding: Padding = { top: 0, left: 0, bottom: 0, right: 0 };
const unit: Geometry = { kernel: [1, 1], stride: [1, 1], padding: noPadding };

/**
 * One layer on tensor `input`. `mayBeRaw`: a MAC layer may then leave its accumulators as logits. `other` is the second
 * operand of an add (default: any earlier tensor of that shape).
 */
export function drawDraft(
  draft: Draft,
  operator: Exclude<Operator, 'residual'>,
  input: string,
  index: number,
  mayBeRaw: boolean,
  other?: string,
): DraftedLayer {
  const name = `${operator}_${index}`;
  switch (operator) {
    case 'add':
      return drawAdd(draft, name, input, other ?? sameShape(draft, input));
    case 'maxPool':
      return drawMaxPool(draft, name, input);
    case 'avgPool':
      return drawAvgPool(draft, name, input, affordableGeometry(draft, input));
    case 'rescale':
      return drawAvgPool(draft, name, input, unit);
    default: {
      const geometry = convGeometry(draft, input, operator);
      const least = leastCost(tensor(draft, input), geometry);
      if (least > draft.macsLeft) return drawAvgPool(draft, name, input, unit);
      return drawConv(draft, name, input, operator, geometry, mayBeRaw && draft.random.chance(0.6));
    }
  }
}

/** A convolution that keeps height, width and channels; undefined when there are no MACs left for it. */
export function residualDraft(draft: Draft, input: string, index: number): DraftedLayer | undefined {
  const source = tensor(draft, input);
  const channels = source.shape[2];
  const depthwise = draft.random.chance(0.4) || channels > 10;
  const [height, width] = [draft.random.integer(1, 3), draft.random.integer(1, 3)];
  const top = draft.random.integer(0, height - 1);
  const left = draft.random.integer(0, width - 1);
  const padding = { top, left, bottom: height - 1 - top, right: width - 1 - left };
  const geometry: Geometry = { kernel: [height, width], stride: [1, 1], padding };
  if (leastCost(source, geometry) * (depthwise ? 1 : channels) > draft.macsLeft) return undefined;
  return drawConv(
    draft,
    `residual_${index}_conv`,
    input,
    depthwise ? 'depthwise' : 'conv',
    geometry,
    false,
    channels,
  );
}

/** MACs of the smallest layer of that geometry: one output channel, or all when depthwise. */
function leastCost({ shape }: IntegerTensor, { kernel, stride, padding }: Geometry): number {
  const [height, width] = windowOutput(shape, kernel, stride, padding);
  return height * width * kernel[0] * kernel[1] * shape[2];
}

function tensor(draft: Draft, name: string): IntegerTensor {
  const found = draft.tensors[name];
  if (found === undefined) throw new RangeError(`no tensor ${name}`);
  return found;
}

function sameShape(draft: Draft, input: string): string {
  const shape = tensor(draft, input).shape.join();
  const candidates = Object.values(draft.tensors).filter((t) => t.shape.join() === shape);
  return pick(draft.random, candidates).name;
}

/** Kernel 1 to 5, stride 1 to 3, padding on each side from 0 to kernel - 1, at least one output pixel. */
function randomGeometry(random: Random, { shape: [height, width] }: IntegerTensor): Geometry {
  const axis = (size: number): { kernel: number; stride: number; before: number; after: number } => {
    const kernel = random.integer(1, 5);
    const padded = kernel > size || random.chance(0.5);
    const before = padded ? random.integer(0, kernel - 1) : 0;
    const needed = Math.max(0, kernel - size - before);
    const after = padded ? random.integer(Math.min(needed, kernel - 1), kernel - 1) : 0;
    return { kernel, stride: random.integer(1, 3), before, after };
  };
  const y = axis(height);
  const x = axis(width);
  return {
    kernel: [y.kernel, x.kernel],
    stride: [y.stride, x.stride],
    padding: { top: y.before, left: x.before, bottom: y.after, right: x.after },
  };
}

/** A random window whose taps the budget allows, else 1 x 1. */
function affordableGeometry(draft: Draft, input: string): Geometry {
  const geometry = randomGeometry(draft.random, tensor(draft, input));
  const cost = leastCost(tensor(draft, input), geometry);
  if (cost > draft.macsLeft) return unit;
  draft.macsLeft -= cost;
  return geometry;
}

function convGeometry(draft: Draft, input: string, operator: ConvOperator): Geometry {
  const { shape } = tensor(draft, input);
  if (operator === 'fullyConnected') return { ...unit, kernel: [shape[0], shape[1]] };
  if (operator === 'pointwise') return unit;
  return randomGeometry(draft.random, tensor(draft, input));
}

function drawConv(
  draft: Draft,
  name: string,
  input: string,
  operator: ConvOperator,
  geometry: Geometry,
  raw: boolean,
  fixedChannels?: number,
): DraftedLayer {
  const { random } = draft;
  const source = tensor(draft, input);
  const depthwise = operator === 'depthwise';
  const [outHeight, outWidth] = windowOutput(
    source.shape,
    geometry.kernel,
    geometry.stride,
    geometry.padding,
  );
  const taps = geometry.kernel[0] * geometry.kernel[1] * (depthwise ? 1 : source.shape[2]);
  const macsPerChannel = outHeight * outWidth * taps;
  const wanted = fixedChannels ?? (depthwise ? source.shape[2] : pick(random, OUT_CHANNELS));
  const affordable = Math.max(1, Math.floor(draft.macsLeft / macsPerChannel));
  const outChannels = fixedChannels !== undefined || depthwise ? wanted : Math.min(wanted, affordable);
  draft.macsLeft = Math.max(0, draft.macsLeft - macsPerChannel * outChannels);
  const layer: ConvLayer = {
    kind: 'conv',
    name,
    input,
    output: name,
    ...geometry,
    depthwise,
    ...randomWeights(random, draft.options.families, outChannels * taps, source),
    bias: Array.from({ length: outChannels }, () => (random.chance(0.5) ? 0 : random.integer(-300, 300))),
  };
  const shape = [outHeight, outWidth, outChannels] as const;
  const accumulators: IntegerTensor = {
    name,
    shape,
    bits: 32,
    signed: true,
    scale: source.scale,
    zeroPoint: 0,
  };
  if (raw) return { layer, output: accumulators };
  const type = randomTensorType(random);
  const values = runOnSamples(draft, layer, accumulators);
  const requantize = spreadingRequantize(
    random,
    values,
    outChannels,
    type,
    pick(random, draft.options.roundings),
  );
  return { layer: { ...layer, requantize }, output: { name, shape, ...type } };
}

function runOnSamples(
  draft: Draft,
  layer: ConvLayer | AvgPoolLayer,
  output: IntegerTensor,
): readonly Int32Array[] {
  const network = partialNetwork(draft, layer.input);
  const extended = { ...network, tensors: { ...network.tensors, [output.name]: output } };
  return (draft.samples.get(layer.input) ?? []).map((sample) => runLayer(extended, layer, [sample]));
}

function drawAvgPool(draft: Draft, name: string, input: string, geometry: Geometry): DraftedLayer {
  const { random } = draft;
  const source = tensor(draft, input);
  const channels = source.shape[2];
  const shape = [
    ...windowOutput(source.shape, geometry.kernel, geometry.stride, geometry.padding),
    channels,
  ] as const;
  const sums: IntegerTensor = { name, shape, bits: 32, signed: true, scale: source.scale, zeroPoint: 0 };
  const base = { kind: 'avgPool', name, input, output: name, ...geometry } as const;
  const values = runOnSamples(draft, { ...base, requantize: identityRequantize(channels) }, sums);
  const type = randomTensorType(random);
  const requantize = spreadingRequantize(
    random,
    values,
    channels,
    type,
    pick(random, draft.options.roundings),
  );
  return { layer: { ...base, requantize }, output: { name, shape, ...type } };
}

function identityRequantize(channels: number): Requantize {
  const ones = Array.from({ length: channels }, () => 1);
  const zeros = ones.map(() => 0);
  return {
    multiplier: ones,
    addend: zeros,
    shift: zeros,
    rounding: 'halfUp',
    zeroPoint: 0,
    lo: -(2 ** 31),
    hi: 2 ** 31 - 1,
  };
}

function drawMaxPool(draft: Draft, name: string, input: string): DraftedLayer {
  const source = tensor(draft, input);
  const geometry = affordableGeometry(draft, input);
  const [height, width] = windowOutput(source.shape, geometry.kernel, geometry.stride, geometry.padding);
  const layer: MaxPoolLayer = { kind: 'maxPool', name, input, output: name, ...geometry };
  return { layer, output: { ...source, name, shape: [height, width, source.shape[2]] } };
}

function drawAdd(draft: Draft, name: string, a: string, b: string): DraftedLayer {
  const { random } = draft;
  const [first, second] = [tensor(draft, a), tensor(draft, b)];
  const type = randomTensorType(random);
  const { lo, hi } = randomClamp(random, type);
  const reach = 2 ** first.bits + 2 ** second.bits;
  const bits = random.integer(2, 15);
  const { multiplier, shift } = quantizeFactor(((hi - lo + 1) / reach) * random.between(0.7, 1.6), bits);
  const scaled = Math.min(2 ** 15 - 1, Math.max(1, Math.round(multiplier * random.between(0.3, 1))));
  const layer: AddLayer = {
    kind: 'add',
    name,
    inputs: [a, b],
    output: name,
    multiplierA: multiplier,
    multiplierB: random.chance(0.2) ? -scaled : scaled,
    shift,
    rounding: pick(random, draft.options.roundings),
    zeroPoint: type.zeroPoint,
    lo,
    hi,
  };
  return { layer, output: { name, shape: first.shape, ...type } };
}
