/** Everything the hardware generator needs: sizes, widths and features, derived from the network and the options. */

import { isReservedWord } from '../../hdl/index.js';
import { signedWidth, typeRange, type Range } from '../../num/index.js';
import type { IntegerLayer, IntegerNetwork, IntegerTensor } from '../../nn/index.js';
import { AccelError } from '../errors.js';
import { describeJob, fieldWidths, type Descriptor, type FieldWidths } from './descriptor.js';
import { engineNameOf, enginesOf } from './engines/choose.js';
import type { CodedWeights, Engine } from './engines/engine.js';
import { geometryFor, largestDivisor, type Geometry } from './geometry.js';

import { checkLimits, formatLimits, reloadableShifts } from './limits.js';
import { planJobs, type Job, type WalkConfig } from './jobs.js';
import type { ArrayOptions } from './options.js';
import { pipelineOf, type Pipeline } from './pipeline.js';
import { recodedWords, requantizeWords, type ChannelWord, type LayerWords } from './requantize-words.js';
import { gapsBefore } from './schedule.js';
import { layOutTensors, tensorOf, type MemoryLayout } from './tensors.js';
import { memoriesOf, packWeights, type PackedWeights, type WeightMemory } from './weights.js';

/** Which units exist at all. */
export interface Features {
  /** Any layer on rows x columns PEs. */
  readonly dense: boolean;
  /** Any layer on the lanes. */
  readonly lanes: boolean;
  /** Any layer whose weights are computed in planes. */
  readonly planes: boolean;
  readonly channels: boolean;
  readonly broadcastTaps: boolean;
  readonly perChannel: boolean;
  readonly max: boolean;
  readonly add: boolean;
  readonly ties: boolean;
  readonly padding: boolean;
}

export interface Widths {
  readonly activation: number;
  /** Signed operand: one bit more than a stored activation. */
  readonly operand: number;
  readonly acc: number;
  readonly multiplier: number;
  readonly addend: number;
  readonly sum: number;
  /** Clamped result, signed. */
  readonly result: number;
  readonly output: number;
  readonly address: number;
}

export interface ArrayConfig extends WalkConfig {
  readonly name: string;
  readonly options: ArrayOptions;
  readonly geometry: Geometry;
  readonly pipeline: Pipeline;
  readonly requantizers: number;
  readonly features: Features;
  readonly widths: Widths;
  readonly shiftMin: number;
  readonly shiftMax: number;
  readonly fields: FieldWidths;
  /** The memories in the order of a reloadable image. */
  readonly weightMemories: readonly Omit<WeightMemory, 'fields' | 'depth'>[];
  readonly input: IntegerTensor;
  readonly output: IntegerTensor;
  readonly activationDepth: number;
  readonly inputLayout: { readonly wordsPerPixel: number; readonly rowStride: number };
}

/** A network mapped onto an array: the configuration of the hardware and the contents of its memories. */
export interface ArrayPlan {
  readonly network: IntegerNetwork;
  readonly config: ArrayConfig;
  readonly jobs: readonly Job[];
  readonly layout: MemoryLayout;
  readonly weights: PackedWeights;
  /** Per address: one entry per requantizer. */
  readonly parameters: readonly (readonly ChannelWord[])[];
  readonly descriptors: readonly Descriptor[];
}

/** Maps a network onto an array. @throws AccelError where the array has no unit or no width for a layer. */
export const planArray = (network: IntegerNetwork, options: ArrayOptions): ArrayPlan => {
  checkNetwork(network);
  const geometry = geometryFor(options.rows, options.columns);
  const layout = layOutTensors(network, geometry.lanes, options.taps);
  const walk = walkConfig(network, options, geometry, operandWidth(layout));
  const coded = network.layers.map((layer) => codedWeights(network, layer, walk.engines));
  const jobs = planJobs(network, coded, walk);
  const exact = requantizeWords(network, jobs, coded, walk);
  const limits = options.reloadable ? formatLimits(network, jobs, walk) : undefined;
  const multiplierWidth = limits?.multiplier ?? widestOf(exact, 'multiplier');
  const words = options.multipliers === 'recoded' ? recodedWords(exact, multiplierWidth) : exact;
  const weights = packWeights(network, jobs, coded, walk);
  const requantizers = geometry.columns / walk.steps;
  const parameters = words.flatMap((layer) => chunk(layer.words, requantizers));
  const parameterBases = runningStarts(words.map((layer) => layer.words.length / requantizers));
  const features = featuresOf(jobs, words, options.reloadable);
  const addressBits = Math.max(1, Math.ceil(Math.log2(layout.depth)));
  if (limits !== undefined) checkLimits(network, words, limits);
  const widths = {
    ...widthsOf(network, layout, exact),
    multiplier: multiplierWidth,
    addend: widestOf(words, 'addend'),
    address: addressBits,
    ...limits,
  };
  const shifts = parameters.flat().map(({ shift }) => shift);
  const shiftMin = options.reloadable ? reloadableShifts.min : Math.min(...shifts);
  const shiftMax = options.reloadable ? reloadableShifts.max : Math.max(...shifts);
  const pipeline = pipelineOf({ ...walk, features, options, widths, shiftMin, shiftMax });
  const gaps = gapsBefore(jobs, walk, pipeline);
  const context = {
    network,
    config: walk,
    layout,
    jobs,
    words,
    weightBases: weights.bases,
    parameterBases,
    gaps,
    addressBits,
  };
  const descriptors = jobs.map((_, index) => describeJob(context, index));
  const fields = fieldWidths(descriptors, {
    firstAddress: addressBits,
    rowStep: addressBits,
    tapRowStep: addressBits,
    firstColumnAddress: addressBits,
    padValue: widths.operand,
    lo: widths.result,
    hi: widths.result,
    zeroPoint: widths.result,
    tieMode: 2,
  });
  const inputLayout = layout.tensors.get(network.input);
  if (inputLayout === undefined) throw new RangeError('the input has no region');
  const config: ArrayConfig = {
    ...walk,
    name: moduleName(network.name),
    options,
    pipeline,
    requantizers,
    features,
    widths,
    shiftMin,
    shiftMax,
    fields,
    weightMemories: memoriesOf(jobs, walk),
    input: tensorOf(network, network.input),
    output: tensorOf(network, network.output),
    activationDepth: layout.depth,
    inputLayout,
  };
  return { network, config, jobs, layout, weights, parameters, descriptors };
};

const checkNetwork = (network: IntegerNetwork): void => {
  if (network.layers.length === 0)
    throw new AccelError('ACC001', `network ${network.name} has no layers; there is nothing to accelerate`);
  const last = network.layers.at(-1);
  if (last?.output !== network.output) {
    throw new AccelError(
      'ACC001',
      `layer ${last?.name ?? ''} is last but does not make the output ${network.output}; put the output layer last`,
    );
  }
};

/** Signed operands are one bit wider than stored activations. */
const operandWidth = ({ activationBits }: MemoryLayout): number => activationBits + 1;

const walkConfig = (
  network: IntegerNetwork,
  options: ArrayOptions,
  geometry: Geometry,
  actWidth: number,
): WalkConfig => {
  const engines = enginesOf(network, { rows: geometry.rows, actWidth, options });
  const lanes = engines.filter(({ operands }) => operands === 'lanes');
  return {
    geometry,
    engines,
    taps: options.taps,
    products: Math.max(options.taps, ...lanes.map(({ products }) => products)),
    steps: geometry.columns / largestDivisor(geometry.columns, options.requantizers),
    interval: options.activationMemory === 'spram' ? 2 : 1,
  };
};

const codedWeights = (
  network: IntegerNetwork,
  layer: IntegerLayer,
  engines: readonly Engine[],
): CodedWeights | undefined => {
  if (layer.kind !== 'conv') return undefined;
  const engine = engines.find(({ name }) => name === engineNameOf(network, layer));
  if (engine === undefined) throw new RangeError(`layer ${layer.name} has no engine`);
  return engine.encode(layer, tensorOf(network, layer.input));
};

const featuresOf = (jobs: readonly Job[], words: readonly LayerWords[], reloadable: boolean): Features => {
  const has = (...modes: readonly Job['mode'][]): boolean => jobs.some(({ mode }) => modes.includes(mode));
  return {
    dense: has('dense'),
    lanes: has('channels', 'taps', 'depthwise', 'add', 'max'),
    planes: jobs.some(({ planes }) => planes > 1),
    channels: has('channels'),
    broadcastTaps: has('taps'),
    perChannel: has('depthwise', 'max', 'add'),
    max: has('max'),
    add: has('add'),
    ties: reloadable || words.some(({ tieMode }) => tieMode !== 0),
    padding: jobs.some((job) => leavesPicture(job)),
  };
};

/** A window of the layer reaches outside its input. Depthwise walks always read whole groups of taps. */
const leavesPicture = ({ layer }: Job): boolean =>
  layer.kind !== 'add' && Object.values(layer.padding).some((amount: number) => amount > 0);

/** Bits of one field over all channels. */
const widestOf = (layers: readonly LayerWords[], field: 'multiplier' | 'addend'): number =>
  layers.reduce(
    (most, { words }) =>
      words.reduce(
        (width, { [field]: value }) => Math.max(width, signedWidth({ lo: value, hi: value })),
        most,
      ),
    2,
  );

const widthsOf = (
  network: IntegerNetwork,
  layout: MemoryLayout,
  words: readonly LayerWords[],
): Omit<Widths, 'multiplier' | 'addend' | 'address'> => {
  const all = words.flatMap((layer) => layer.words);
  const acc = unionOf(all.map(({ raw }) => raw));
  const sums = unionOf(all.map(sumRange));
  // Both operands of an addition meet in one sum.
  const paired = { lo: 2n * (sums.lo < 0n ? sums.lo : 0n), hi: 2n * (sums.hi > 0n ? sums.hi : 0n) };
  const hasAdd = network.layers.some(({ kind }) => kind === 'add');
  const output = tensorOf(network, network.output);
  const results = unionOf([
    ...words.flatMap(({ lo, hi, zeroPoint }) =>
      [lo, hi, lo - zeroPoint, hi - zeroPoint, zeroPoint].map((value) => ({
        lo: BigInt(value),
        hi: BigInt(value),
      })),
    ),
    typeRange(output.signed, output.bits),
  ]);
  return {
    activation: layout.activationBits,
    operand: operandWidth(layout),
    acc: signedWidth(acc),
    sum: signedWidth(hasAdd ? paired : sums),
    result: signedWidth(results),
    output: output.bits,
  };
};

const sumRange = ({ raw, multiplier, addend }: ChannelWord): Range => {
  const ends = [raw.lo * multiplier + addend, raw.hi * multiplier + addend];
  return unionOf(ends.map((value) => ({ lo: value, hi: value })));
};

const unionOf = (ranges: readonly Range[]): Range =>
  ranges.reduce((a, b) => ({ lo: a.lo < b.lo ? a.lo : b.lo, hi: a.hi > b.hi ? a.hi : b.hi }), {
    lo: 0n,
    hi: 0n,
  });

const chunk = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: items.length / size }, (_, index) => items.slice(index * size, (index + 1) * size));

const runningStarts = (sizes: readonly number[]): readonly number[] => {
  let next = 0;
  return sizes.map((size) => {
    const start = next;
    next += size;
    return start;
  });
};

/** A legal Verilog name made from the network's. */
const moduleName = (name: string): string => {
  const cleaned = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(cleaned) && !isReservedWord(cleaned) ? cleaned : `net_${cleaned}`;
};
