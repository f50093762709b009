/** The descriptor table: what the sequencer and the write side must know about one layer, packed into 16-bit words. */

import { signedWidth, unsignedWidth } from '../../num/index.js';
import type { IntegerNetwork } from '../../nn/index.js';
import type { Job, WalkConfig } from './jobs.js';
import type { LayerWords } from './requantize-words.js';
import { lastUse, layerInputs, tensorOf, type MemoryLayout } from './tensors.js';
import { sharesWeights } from './weights.js';

/** Every field and whether it is signed. Order is the order in the packed words, first field lowest. */
export const fieldSigns = {
  // How to compute.
  engine: false,
  perTile: false,
  broadcastTap: false,
  max: false,
  add: false,
  output: false,
  startsPicture: false,
  releasesInput: false,
  sharedWeights: false,
  signedInput: false,
  signedSecond: false,
  // Loop limits (count - 1) and idle ticks.
  innerLast: false,
  groupLast: false,
  tapGroupLast: false,
  tapRowLast: false,
  planeLast: false,
  idle: false,
  tileLast: false,
  columnLast: false,
  rowLast: false,
  // Reading: addresses per bank; rows and columns of the input picture.
  firstAddress: false,
  rowStep: false,
  tapRowStep: false,
  firstColumnAddress: false,
  firstPhase: false,
  columnStep: false,
  columnPhaseStep: false,
  tapColumnStep: false,
  tapPhaseStep: false,
  wordsPerPixel: false,
  operandStep: false,
  firstRow: true,
  firstColumn: true,
  strideY: false,
  strideX: false,
  tapStep: false,
  height: false,
  width: false,
  padValue: true,
  weightBase: false,
  // Requantizing and writing.
  parameterBase: false,
  lo: true,
  hi: true,
  zeroPoint: true,
  tieMode: false,
  outAddress: false,
  outRowStride: false,
  outWordsPerPixel: false,
  lastLanes: false,
  // Ticks to wait after the layer before.
  gap: false,
} as const;

export type FieldName = keyof typeof fieldSigns;
export const fieldNames = Object.keys(fieldSigns).filter((name): name is FieldName => name in fieldSigns);
export type Descriptor = Readonly<Record<FieldName, number>>;
export type FieldWidths = Readonly<Record<FieldName, number>>;

export interface DescriptorContext {
  readonly network: IntegerNetwork;
  readonly config: WalkConfig;
  readonly layout: MemoryLayout;
  readonly jobs: readonly Job[];
  readonly words: readonly LayerWords[];
  readonly weightBases: readonly number[];
  readonly parameterBases: readonly number[];
  readonly gaps: readonly number[];
  /** Bits of an activation address. */
  readonly addressBits: number;
}

export const describeJob = (context: DescriptorContext, index: number): Descriptor => {
  const job = context.jobs[index];
  const words = context.words[index];
  if (job === undefined || words === undefined) throw new RangeError(`no job ${index}`);
  return {
    ...modeFields(context, job, index),
    ...loopFields(job),
    ...readFields(context, job),
    ...writeFields(context, job, words),
    weightBase: context.weightBases[index] ?? 0,
    parameterBase: context.parameterBases[index] ?? 0,
    gap: context.gaps[index] ?? 0,
  };
};

const flag = (value: boolean): number => (value ? 1 : 0);

const modeFields = (
  { network, config }: DescriptorContext,
  job: Job,
  index: number,
): Pick<
  Descriptor,
  | 'engine'
  | 'perTile'
  | 'broadcastTap'
  | 'max'
  | 'add'
  | 'output'
  | 'startsPicture'
  | 'releasesInput'
  | 'sharedWeights'
  | 'signedInput'
  | 'signedSecond'
> => {
  const [input, second] = layerInputs(job.layer).map((name) => tensorOf(network, name));
  return {
    engine: Math.max(
      0,
      config.engines.findIndex(({ name }) => name === job.engine),
    ),
    perTile: flag(job.mode === 'depthwise' || job.mode === 'max' || job.mode === 'add'),
    broadcastTap: flag(job.mode === 'taps'),
    max: flag(job.mode === 'max'),
    add: flag(job.mode === 'add'),
    output: flag(job.isOutput),
    startsPicture: flag(index === 0),
    releasesInput: flag(lastUse(network, network.input) === index),
    sharedWeights: flag(sharesWeights(job)),
    signedInput: flag(input?.signed === true),
    signedSecond: flag(second?.signed === true),
  };
};

const loopFields = (
  job: Job,
): Pick<
  Descriptor,
  | 'innerLast'
  | 'groupLast'
  | 'tapGroupLast'
  | 'tapRowLast'
  | 'planeLast'
  | 'idle'
  | 'tileLast'
  | 'columnLast'
  | 'rowLast'
> => ({
  innerLast: job.inner - 1,
  groupLast: job.groupsPerWord - 1,
  tapGroupLast: job.tapGroups - 1,
  tapRowLast: job.kernel[0] - 1,
  planeLast: job.planes - 1,
  idle: job.idle,
  tileLast: job.tiles - 1,
  columnLast: job.columns - 1,
  rowLast: job.rows - 1,
});

const floorDivide = (value: number, by: number): { readonly quotient: number; readonly rest: number } => {
  const quotient = Math.floor(value / by);
  return { quotient, rest: value - quotient * by };
};

type ReadField =
  | 'firstAddress'
  | 'rowStep'
  | 'tapRowStep'
  | 'firstColumnAddress'
  | 'firstPhase'
  | 'columnStep'
  | 'columnPhaseStep'
  | 'tapColumnStep'
  | 'tapPhaseStep'
  | 'wordsPerPixel'
  | 'operandStep'
  | 'firstRow'
  | 'firstColumn'
  | 'strideY'
  | 'strideX'
  | 'tapStep'
  | 'height'
  | 'width'
  | 'padValue';

const readFields = (
  { config, layout, addressBits }: DescriptorContext,
  job: Job,
): Pick<Descriptor, ReadField> => {
  const [nameA = '', nameB] = layerInputs(job.layer);
  const a = layout.tensors.get(nameA);
  const b = nameB === undefined ? undefined : layout.tensors.get(nameB);
  if (a === undefined) throw new RangeError(`layer ${job.layer.name} reads ${nameA}, which is not in memory`);
  const modulo = 2 ** addressBits;
  const wrapped = (address: number): number => ((address % modulo) + modulo) % modulo;
  const { taps } = config;
  const first = floorDivide(-job.padLeft, taps);
  const step = floorDivide(job.stride[1], taps);
  const tap = floorDivide(job.tapStep, taps);
  const [height, width] = a.tensor.shape;
  const smallest = a.tensor.signed ? -(2 ** (a.tensor.bits - 1)) : 0;
  return {
    firstAddress: wrapped(a.base - job.padTop * a.rowStride),
    rowStep: wrapped(job.stride[0] * a.rowStride),
    tapRowStep: wrapped(a.rowStride),
    firstColumnAddress: wrapped(first.quotient * a.wordsPerPixel),
    firstPhase: first.rest,
    columnStep: wrapped(step.quotient * a.wordsPerPixel),
    columnPhaseStep: step.rest,
    tapColumnStep: wrapped(tap.quotient * a.wordsPerPixel),
    tapPhaseStep: tap.rest,
    wordsPerPixel: a.wordsPerPixel,
    operandStep: b === undefined ? 0 : wrapped(b.base - a.base),
    firstRow: -job.padTop,
    firstColumn: -job.padLeft,
    strideY: job.stride[0],
    strideX: job.stride[1],
    tapStep: job.tapStep,
    height,
    width,
    padValue: job.mode === 'max' ? smallest : a.tensor.zeroPoint,
  };
};

const writeFields = (
  { network, config, layout }: DescriptorContext,
  job: Job,
  words: LayerWords,
): Pick<
  Descriptor,
  'lo' | 'hi' | 'zeroPoint' | 'tieMode' | 'outAddress' | 'outRowStride' | 'outWordsPerPixel' | 'lastLanes'
> => {
  const region = layout.tensors.get(job.layer.output);
  const channels = tensorOf(network, job.layer.output).shape[2];
  return {
    lo: words.lo - words.zeroPoint,
    hi: words.hi - words.zeroPoint,
    zeroPoint: words.zeroPoint,
    tieMode: words.tieMode,
    outAddress: region?.base ?? 0,
    outRowStride: region?.rowStride ?? 0,
    outWordsPerPixel: region?.wordsPerPixel ?? 0,
    lastLanes: channels - (job.tiles - 1) * config.geometry.columns,
  };
};

/** A record with one value per field. */
export const mapFields = <T>(value: (name: FieldName) => T): Readonly<Record<FieldName, T>> =>
  // Object.fromEntries forgets its keys; fieldNames holds every FieldName exactly once.
  Object.fromEntries(fieldNames.map((name) => [name, value(name)])) as Readonly<Record<FieldName, T>>;

/** Smallest width of every field over all descriptors, never below `atLeast`. */
export const fieldWidths = (
  descriptors: readonly Descriptor[],
  atLeast: Partial<FieldWidths> = {},
): FieldWidths => {
  const width = (name: FieldName): number => {
    const values = descriptors.map((descriptor) => BigInt(descriptor[name]));
    const lo = values.reduce((x, y) => (y < x ? y : x));
    const hi = values.reduce((x, y) => (y > x ? y : x));
    return Math.max(atLeast[name] ?? 1, fieldSigns[name] ? signedWidth({ lo, hi }) : unsignedWidth(hi));
  };
  return mapFields(width);
};

export const descriptorWordBits = 16;

/** Words per descriptor. */
export const descriptorWords = (widths: FieldWidths): number =>
  Math.ceil(fieldNames.reduce((sum, name) => sum + widths[name], 0) / descriptorWordBits);

/** The 16-bit words of one descriptor; word 0 holds the first fields. */
export const packDescriptor = (descriptor: Descriptor, widths: FieldWidths): readonly number[] => {
  let bits = 0n;
  let position = 0;
  for (const name of fieldNames) {
    bits |= BigInt.asUintN(widths[name], BigInt(descriptor[name])) << BigInt(position);
    position += widths[name];
  }
  return Array.from({ length: descriptorWords(widths) }, (_, index) =>
    Number((bits >> BigInt(index * descriptorWordBits)) & 0xffffn),
  );
};
