/** Requantizer parameters as the hardware wants them: corrections folded in, shifts in a narrow window, ties resolved. */

import { signedWidth, type Range } from '../../num/index.js';
import type { IntegerNetwork, IntegerTensor, Rounding } from '../../nn/index.js';
import { recodedDotCorrection } from '../../units/index.js';
import { AccelError } from '../errors.js';
import type { CodedWeights } from './engines/engine.js';
import { positionsPerResult, type Job, type WalkConfig } from './jobs.js';
import { layerInputs, tensorOf } from './tensors.js';

/** result = clamp((raw * multiplier + addend) >> shift); the addend contains bias, corrections and the rounding half. */
export interface ChannelWord {
  readonly multiplier: bigint;
  readonly addend: bigint;
  readonly shift: number;
  /** Values the raw accumulator of this channel can have. */
  readonly raw: Range;
}

export interface LayerWords {
  /** In the order of consumption: per tile, per operand (additions have two), per column. */
  readonly words: readonly ChannelWord[];
  /** 0 = half up, 1 = half to even, 2 = half away from zero; 0 also where no tie needs it. */
  readonly tieMode: 0 | 1 | 2;
  readonly lo: number;
  readonly hi: number;
  readonly zeroPoint: number;
}

/** What a channel must compute, before hardware details: y = round((raw * multiplier + addend) / 2^shift), rounding not yet in. */
interface ChannelRule {
  readonly multiplier: bigint;
  readonly addend: bigint;
  readonly shift: number;
  readonly raw: Range;
}

interface LayerRules {
  readonly rules: readonly ChannelRule[];
  readonly rounding: Exclude<Rounding, 'gemmlowp'>;
  readonly lo: number;
  readonly hi: number;
  readonly zeroPoint: number;
  /** Additions: the words of both operands of a tile follow each other and share one shift. */
  readonly pairs: boolean;
}

/** Multipliers have at least this many bits, so that another network of the same shape fits too. */
export const multiplierLimit = 16;

/**
 * Words of every layer. Equal results with any common power of two in multiplier, addend and 2^shift: all channels are
 * brought into the narrowest window of shifts, so that the hardware's shifter is small.
 * @throws AccelError ACC001 for a rounding mode without hardware.
 */
export const requantizeWords = (
  network: IntegerNetwork,
  jobs: readonly Job[],
  coded: readonly (CodedWeights | undefined)[],
  config: WalkConfig,
): readonly LayerWords[] => {
  const { columns } = config.geometry;
  const layers = jobs
    .map((job, index) => layerRules(network, job, coded[index], config))
    .map((layer) => ({ ...layer, rules: layer.pairs ? layer.rules : layer.rules.map(reduced) }));
  const widthOf = ({ multiplier }: ChannelRule): number => signedWidth({ lo: multiplier, hi: multiplier });
  const used = layers
    .flatMap(({ rules }) => rules)
    .filter(({ multiplier, addend }) => multiplier !== 0n || addend !== 0n);
  const bits = Math.max(multiplierLimit, ...used.map(widthOf));
  const floor = Math.max(1, Math.min(31, ...used.map((rule) => rule.shift + bits - widthOf(rule))));
  return layers.map((layer) => toWords(layer, floor, columns));
};

const layerRules = (
  network: IntegerNetwork,
  job: Job,
  coded: CodedWeights | undefined,
  config: WalkConfig,
): LayerRules => {
  const { layer } = job;
  const { columns } = config.geometry;
  const output = tensorOf(network, layer.output);
  const inputs = layerInputs(layer).map((name) => tensorOf(network, name));
  const [a, b] = inputs;
  if (a === undefined) throw new RangeError(`layer ${layer.name} has no input`);
  const full = typeBounds(output);
  if (layer.kind === 'maxPool') {
    const keep = { multiplier: 1n, addend: 0n, shift: 0, raw: tensorRange(a) };
    return {
      rules: Array.from({ length: job.tiles * columns }, () => keep),
      rounding: 'halfUp',
      ...full,
      zeroPoint: 0,
      pairs: false,
    };
  }
  if (layer.kind === 'add') {
    if (b === undefined) throw new RangeError(`layer ${layer.name} needs two inputs`);
    const operand = (tensor: IntegerTensor, factor: number): ChannelRule => ({
      multiplier: BigInt(factor),
      addend: -BigInt(tensor.zeroPoint) * BigInt(factor),
      shift: layer.shift,
      raw: tensorRange(tensor),
    });
    const pair = [operand(a, layer.multiplierA), operand(b, layer.multiplierB)];
    const rules = Array.from({ length: job.tiles }, () =>
      pair.flatMap((rule) => Array.from({ length: columns }, () => rule)),
    ).flat();
    return {
      rules,
      rounding: layer.rounding,
      lo: layer.lo,
      hi: layer.hi,
      zeroPoint: layer.zeroPoint,
      pairs: true,
    };
  }
  return channelRules({ job, layer, coded, config }, a, output);
};

const typeBounds = ({ signed, bits }: IntegerTensor): { readonly lo: number; readonly hi: number } =>
  signed ? { lo: -(2 ** (bits - 1)), hi: 2 ** (bits - 1) - 1 } : { lo: 0, hi: 2 ** bits - 1 };

const tensorRange = (tensor: IntegerTensor): Range => {
  const { lo, hi } = typeBounds(tensor);
  return { lo: BigInt(lo), hi: BigInt(hi) };
};

type WeightedLayer = Extract<Job['layer'], { readonly kind: 'conv' | 'avgPool' }>;

interface WeightedJob {
  readonly job: Job;
  readonly layer: WeightedLayer;
  readonly coded: CodedWeights | undefined;
  readonly config: WalkConfig;
}

const channelRules = (weighted: WeightedJob, input: IntegerTensor, output: IntegerTensor): LayerRules => {
  const { job, layer, config } = weighted;
  const { requantize } = layer;
  if (requantize?.rounding === 'gemmlowp') {
    throw new AccelError(
      'ACC001',
      `layer ${layer.name} rounds like gemmlowp, which the array's requantizer does not do; use halfUp, halfEven or halfAwayFromZero`,
    );
  }
  const channels = output.shape[2];
  const rules = Array.from({ length: job.tiles * config.geometry.columns }, (_, channel): ChannelRule => {
    if (channel >= channels) return { multiplier: 0n, addend: 0n, shift: 0, raw: { lo: 0n, hi: 0n } };
    const { correction, raw } = channelSum(weighted, input, channel);
    const bias = layer.kind === 'conv' ? BigInt(layer.bias[channel] ?? 0) : 0n;
    const multiplier = BigInt(requantize?.multiplier[channel] ?? 1);
    const addend = BigInt(requantize?.addend[channel] ?? 0) + (correction + bias) * multiplier;
    return { multiplier, addend, shift: requantize?.shift[channel] ?? 0, raw };
  });
  const bounds = requantize ?? { ...typeBounds(output), zeroPoint: 0 };
  return {
    rules,
    rounding: requantize?.rounding ?? 'halfUp',
    lo: bounds.lo,
    hi: bounds.hi,
    zeroPoint: bounds.zeroPoint,
    pairs: false,
  };
};

/** A channel's accumulator as the engine makes it, and what must be added to it: zero point, what the engine leaves out. */
const channelSum = (
  { job, layer, coded, config }: WeightedJob,
  input: IntegerTensor,
  channel: number,
): { readonly correction: bigint; readonly raw: Range } => {
  const taps = job.kernel[0] * job.kernel[1];
  if (layer.kind === 'avgPool' || coded === undefined) {
    const { lo, hi } = tensorRange(input);
    return {
      correction: -BigInt(input.zeroPoint * taps),
      raw: { lo: BigInt(taps) * lo, hi: BigInt(taps) * hi },
    };
  }
  const size = taps * (layer.depthwise ? 1 : input.shape[2]);
  const idle = (positionsPerResult(job, config) - size) * coded.idle;
  let [lo, hi, correction] = [idle, idle, -idle];
  for (let index = channel * size; index < (channel + 1) * size; index++) {
    lo += coded.lo[index] ?? 0;
    hi += coded.hi[index] ?? 0;
    correction += (coded.missing[index] ?? 0) - input.zeroPoint * (layer.weights[index] ?? 0);
  }
  return { correction: BigInt(correction), raw: { lo: BigInt(lo), hi: BigInt(hi) } };
};

/** The same for requantizers with recoded multipliers: what their products are short by goes into the addend. */
export const recodedWords = (layers: readonly LayerWords[], multiplierWidth: number): readonly LayerWords[] =>
  layers.map((layer) => ({
    ...layer,
    words: layer.words.map((word) => ({
      ...word,
      addend: word.addend + recodedDotCorrection([word.multiplier], multiplierWidth),
    })),
  }));

/** Takes out common powers of two. */
const reduced = (rule: ChannelRule): ChannelRule => {
  let { multiplier, addend, shift } = rule;
  while (shift > 0 && multiplier % 2n === 0n && addend % 2n === 0n) {
    multiplier /= 2n;
    addend /= 2n;
    shift--;
  }
  return { ...rule, multiplier, addend, shift };
};

const raised = (rule: ChannelRule, floor: number): ChannelRule => {
  const by = BigInt(Math.max(0, floor - rule.shift));
  return {
    ...rule,
    multiplier: rule.multiplier << by,
    addend: rule.addend << by,
    shift: Math.max(rule.shift, floor),
  };
};

const toWords = (
  { rules, rounding, lo, hi, zeroPoint, pairs }: LayerRules,
  floor: number,
  columns: number,
): LayerWords => {
  const aligned = rules.map((rule) => raised(rule, floor));
  // The rounding half enters once per sum: with the second operand of an addition.
  const halved = aligned.map((rule, index) =>
    pairs && Math.floor(index / columns) % 2 === 0
      ? rule
      : { ...rule, addend: rule.addend + (1n << BigInt(rule.shift - 1)) },
  );
  const resolved = rounding === 'halfUp' ? halved : pairs ? undefined : resolveTies(halved, rounding);
  const tieMode = rounding === 'halfEven' ? 1 : 2;
  return { words: resolved ?? halved, tieMode: resolved === undefined ? tieMode : 0, lo, hi, zeroPoint };
};

/**
 * Ties that the actual accumulators can hit, per channel. When all of a channel's ties round the same way, the addend says
 * so and no tie logic is needed; undefined when some channel has ties in both directions.
 */
const resolveTies = (
  rules: readonly ChannelRule[],
  rounding: 'halfEven' | 'halfAwayFromZero',
): readonly ChannelRule[] | undefined => {
  const resolved: ChannelRule[] = [];
  for (const rule of rules) {
    const ties = tieResults(rule);
    if (ties === undefined) return undefined;
    const down = ties.filter((result) =>
      rounding === 'halfEven' ? result % 2n !== 0n : result <= 0n,
    ).length;
    if (down !== 0 && down !== ties.length) return undefined;
    resolved.push(down === 0 ? rule : { ...rule, addend: rule.addend - 1n });
  }
  return resolved;
};

const enumerated = 64n;

/** The half-up results of every exact tie inside the raw range; undefined when there are too many to list. */
const tieResults = ({ multiplier, addend, shift, raw }: ChannelRule): readonly bigint[] | undefined => {
  const modulus = 1n << BigInt(shift);
  if (multiplier === 0n) return addend % modulus === 0n && raw.lo <= raw.hi ? [addend >> BigInt(shift)] : [];
  let twos = 0n;
  while ((multiplier >> twos) % 2n === 0n && twos < BigInt(shift)) twos++;
  if (addend % (1n << twos) !== 0n) return [];
  const period = modulus >> twos;
  const start = positiveModulo(
    -(addend >> twos) * inverse(positiveModulo(multiplier >> twos, period), period),
    period,
  );
  const first = raw.lo + positiveModulo(start - raw.lo, period);
  const ties: bigint[] = [];
  for (let value = first; value <= raw.hi; value += period) {
    if (BigInt(ties.length) >= enumerated) return undefined;
    ties.push((value * multiplier + addend) >> BigInt(shift));
  }
  return ties;
};

const positiveModulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

/** Inverse of an odd number modulo a power of two (Newton). */
const inverse = (odd: bigint, modulus: bigint): bigint => {
  if (modulus === 1n) return 0n;
  let guess = odd;
  for (let bits = 3; 1n << BigInt(bits) < modulus * 8n; bits *= 2)
    guess = positiveModulo(guess * (2n - odd * guess), modulus);
  return positiveModulo(guess, modulus);
};
