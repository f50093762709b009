import { NnError } from '../errors.js';
import { fitLayer, type LayerFit, type WantedChannel } from '../fit-requantize.js';
import type { IntegerTensor, Shape } from '../ir.js';
import {
  bitsFor,
  elementCount,
  storageRange,
  union,
  windowOutput,
  windowRanges,
  type ValueRange,
} from '../ranges.js';
import { closeAdd } from './close-add.js';
import { freshName, tensorNamed, type Lowering } from './state.js';
import type {
  ActivationValue,
  AddSource,
  ConvSource,
  PendingValue,
  PoolSource,
  Quantization,
  Step,
} from './values.js';

/** The steps' real result for one channel. */
export function composed(steps: readonly Step[], channel: number): (real: number) => number {
  return (real) => {
    let value = real;
    for (const step of steps) {
      if (step.kind === 'clamp') value = Math.min(step.hi, Math.max(step.lo, value));
      else {
        const gain = step.gain[channel] ?? 0;
        value = (gain === 0 ? 0 : gain * value) + (step.offset[channel] ?? 0);
      }
    }
    return value;
  };
}

/** Product of the gains and the value at 0, clamps ignored. */
export function lineOf(
  steps: readonly Step[],
  channel: number,
): { readonly gain: number; readonly offset: number } {
  const affine = steps.filter((step) => step.kind === 'affine');
  return affine.reduce(
    (line, step) => {
      const gain = step.gain[channel] ?? 0;
      return { gain: gain * line.gain, offset: gain * line.offset + (step.offset[channel] ?? 0) };
    },
    { gain: 1, offset: 0 },
  );
}

/** The accumulators' range of a conv or pooling that has no bias yet. */
export function sourceRanges(
  lowering: Lowering,
  source: ConvSource | PoolSource,
  channels: number,
): readonly ValueRange[] {
  const input = tensorNamed(lowering, source.input);
  const range = lowering.ranges.get(source.input) ?? storageRange(input);
  const layer = source.kind === 'conv' ? { ...source, bias: new Array<number>(channels).fill(0) } : source;
  return windowRanges(layer, input, range, channels);
}

/** Ends a pending layer with a quantizer: output tensor, fitted requantization, then the max poolings that waited. */
export function closeWith(
  lowering: Lowering,
  pending: PendingValue,
  quantization: Quantization,
): ActivationValue {
  const output = freshName(lowering, pending.source.name);
  const limits = reachableCodes(pending, quantization);
  addTensor(lowering, output, pending.shape, quantization, limits);
  const clamp = { ...limits, zeroPoint: quantization.zeroPoint };
  const { source } = pending;
  if (source.kind === 'add') closeAdd(lowering, pending, source, quantization, output, clamp);
  else {
    const ranges = sourceRanges(lowering, source, pending.shape[2]);
    const wanted = ranges.map((acc, channel) => wantedChannel(pending, quantization, acc, channel));
    const fit = fitLayer(wanted, { ...clamp, multiplierBits: lowering.multiplierBits });
    lowering.layers.push({ kind: 'requantized', source, output, fit, clamp });
    reportFit(lowering, source.name, fit, ranges);
  }
  const tensor = pending.poolsAfter.reduce((name, pool) => appendMaxPool(lowering, name, pool), output);
  return { kind: 'activation', tensor, dims: pending.dims };
}

function wantedChannel(
  pending: PendingValue,
  q: Quantization,
  acc: ValueRange,
  channel: number,
): WantedChannel {
  const real = composed(pending.steps, channel);
  const line = lineOf(pending.steps, channel);
  // A bipolar output jumps from -1 to 1: two steps at once, at the sign change.
  const slope = q.bipolar ? 2 * Math.sign(line.gain) : line.gain / q.scale;
  return {
    acc,
    wanted: (value) => q.code(real(value)),
    slope,
    offset: q.bipolar ? 0 : line.offset / q.scale,
  };
}

/** The clamp: what the quantizer gives for the least and greatest real numbers the steps let through. */
function reachableCodes(pending: PendingValue, q: Quantization): ValueRange {
  const ends = Array.from({ length: pending.shape[2] }, (_, channel) => {
    const real = composed(pending.steps, channel);
    return [q.code(real(-Infinity)), q.code(real(Infinity))];
  }).flat();
  return { lo: Math.min(...ends), hi: Math.max(...ends) };
}

function addTensor(
  lowering: Lowering,
  name: string,
  shape: Shape,
  type: Pick<IntegerTensor, 'bits' | 'signed' | 'scale' | 'zeroPoint'>,
  range: ValueRange,
): void {
  const { bits, signed, scale, zeroPoint } = type;
  lowering.tensors.set(name, { name, shape, bits, signed, scale, zeroPoint });
  lowering.ranges.set(name, range);
}

export function appendMaxPool(
  lowering: Lowering,
  input: string,
  pool: PendingValue['poolsAfter'][number],
): string {
  const source = tensorNamed(lowering, input);
  const output = freshName(lowering, pool.name);
  const size = windowOutput(source.shape, pool.kernel, pool.stride, pool.padding);
  addTensor(
    lowering,
    output,
    [size[0], size[1], source.shape[2]],
    source,
    lowering.ranges.get(input) ?? storageRange(source),
  );
  lowering.layers.push({ kind: 'maxPool', layer: { kind: 'maxPool', input, output, ...pool } });
  return output;
}

function reportFit(lowering: Lowering, layer: string, fit: LayerFit, ranges: readonly ValueRange[]): void {
  const inexact = fit.channels.filter(({ exact }) => !exact);
  lowering.reports.push({
    layer,
    rounding: fit.rounding,
    exact: inexact.length === 0,
    inexactChannels: inexact.length,
    greatestDeviation: Math.max(0, ...inexact.map((c) => c.greatestDeviation)),
    deviatingValues: inexact.reduce((sum, c) => sum + c.deviatingValues, 0),
    reachableValues: ranges.reduce((sum, { lo, hi }) => sum + hi - lo + 1, 0),
  });
}

/**
 * Ends the network's last layer without a quantizer. One positive scale for all channels: the accumulators are the logits,
 * the bias is rounded to accumulator steps. Otherwise: requantized to a common scale, with as many bits as that needs.
 */
export function closeRaw(lowering: Lowering, pending: PendingValue): ActivationValue {
  const { source } = pending;
  if (source.kind === 'avgPool')
    return closeWith(lowering, pending, wideQuantization(lowering, pending, source));
  if (source.kind === 'add') {
    throw new NnError(
      'NN004',
      `the network ends with node "${source.name}", whose output has no quantizer. Add one, or end with a Conv or Gemm.`,
    );
  }
  const lines = Array.from({ length: pending.shape[2] }, (_, channel) => lineOf(pending.steps, channel));
  const scale = lines[0]?.gain ?? 0;
  const common = scale > 0 && lines.every(({ gain }) => Math.abs(gain / scale - 1) < 1e-9);
  const clamped = pending.steps.some(({ kind }) => kind === 'clamp');
  if (!common || clamped || pending.poolsAfter.length > 0) {
    lowering.notes.push(
      `${source.name}: its channels have several scales or a clamp, so the logits are requantized to a common scale.`,
    );
    return closeWith(lowering, pending, wideQuantization(lowering, pending, source));
  }
  const bias = lines.map(({ offset }) => Math.round(offset / scale) + 0);
  const ranges = sourceRanges(lowering, source, pending.shape[2]).map(({ lo, hi }, c) => ({
    lo: lo + (bias[c] ?? 0),
    hi: hi + (bias[c] ?? 0),
  }));
  const range = union(ranges);
  const output = freshName(lowering, source.name);
  addTensor(
    lowering,
    output,
    pending.shape,
    { bits: bitsFor(range, true), signed: true, scale, zeroPoint: 0 },
    range,
  );
  lowering.layers.push({ kind: 'raw', source, output, bias });
  reportRaw(lowering, source.name, ranges);
  return { kind: 'activation', tensor: output, dims: pending.dims };
}

function reportRaw(lowering: Lowering, layer: string, ranges: readonly ValueRange[]): void {
  const reachableValues = ranges.reduce((sum, { lo, hi }) => sum + hi - lo + 1, 0);
  lowering.reports.push({
    layer,
    rounding: 'none',
    exact: true,
    inexactChannels: 0,
    greatestDeviation: 0,
    deviatingValues: 0,
    reachableValues,
  });
}

/** Steps as fine as the finest channel's accumulator steps, unless that needs more than 32 bits. */
function wideQuantization(
  lowering: Lowering,
  pending: PendingValue,
  source: ConvSource | PoolSource,
): Quantization {
  const ranges = sourceRanges(lowering, source, pending.shape[2]);
  const ends = ranges.flatMap(({ lo, hi }, channel) => [lo, hi].map(composed(pending.steps, channel)));
  const gains = ranges
    .map((_, channel) => Math.abs(lineOf(pending.steps, channel).gain))
    .filter((gain) => gain > 0);
  const reach = Math.max(...ends.map(Math.abs), Number.MIN_VALUE);
  const scale = Math.max(Math.min(...gains, reach), reach / 2 ** 30);
  const range = { lo: Math.round(Math.min(...ends) / scale), hi: Math.round(Math.max(...ends) / scale) };
  const bits = bitsFor(range, true);
  const { lo, hi } = storageRange({ bits, signed: true });
  const code = (real: number): number => Math.min(hi, Math.max(lo, Math.round(real / scale)));
  return {
    name: pending.source.name,
    scale,
    zeroPoint: 0,
    bits,
    signed: true,
    lo,
    hi,
    code,
    bipolar: false,
    halfEven: true,
  };
}

export const isWhole = (shape: Shape, dims: readonly number[]): boolean =>
  elementCount(shape) === dims.reduce((a, b) => a * b, 1);

export type { AddSource };
