import type { IntegerTensor, Requantize } from '../ir.js';
import type { Random } from '../../num/index.js';
import { storageRange } from '../ranges.js';
import { pick } from './pick.js';

type TensorType = Pick<IntegerTensor, 'bits' | 'signed' | 'scale' | 'zeroPoint'>;

/** 2 to 8 bits, signed or not, zero point 0 half of the time. */
export function randomTensorType(random: Random): TensorType {
  const bits = random.integer(2, 8);
  const signed = random.chance(0.5);
  const { lo, hi } = storageRange({ bits, signed });
  const zeroPoint = random.chance(0.5) ? 0 : random.integer(lo, hi);
  return { bits, signed, scale: 2 ** random.integer(-8, 0), zeroPoint };
}

/** Full range, ReLU (from the zero point up) or any interval. */
export function randomClamp(random: Random, type: TensorType): { lo: number; hi: number } {
  const range = storageRange(type);
  if (random.chance(0.5)) return range;
  if (random.chance(0.5)) return { lo: type.zeroPoint, hi: range.hi };
  const lo = random.integer(range.lo, range.hi - 1);
  return { lo, hi: random.integer(lo + 1, range.hi) };
}

/** Multiplier and shift with a given number of multiplier bits, near the wanted factor. */
export function quantizeFactor(factor: number, bits: number): { multiplier: number; shift: number } {
  const exponent = Math.floor(Math.log2(Math.abs(factor))) + 1;
  const shift = Math.min(47, Math.max(0, bits - exponent));
  const most = 2 ** 15 - 1;
  const multiplier = Math.max(-most, Math.min(most, Math.round(factor * 2 ** shift)));
  return { multiplier, shift };
}

/**
 * Spreads each channel's accumulators over lo .. hi. `values` are accumulators seen on sample pictures, channels innermost.
 */
export function spreadingRequantize(
  random: Random,
  values: readonly Int32Array[],
  channels: number,
  type: TensorType,
  rounding: Requantize['rounding'],
): Requantize {
  const { lo, hi } = randomClamp(random, type);
  const style = pick(random, ['general', 'general', 'powerOfTwo', 'zeroAddend'] as const);
  const bits = random.integer(2, 15);
  const parts = Array.from({ length: channels }, (_, channel) => {
    if (random.chance(0.03))
      return { multiplier: 0, addend: random.integer(-4, 4), shift: random.integer(0, 3) };
    const { least, greatest } = extremes(values, channels, channel);
    const spread = (hi - lo + 1) / Math.max(1, greatest - least);
    const factor = spread * random.between(0.7, 1.6) * (random.chance(0.2) ? -1 : 1);
    const { multiplier, shift } = quantizeFactor(factor, style === 'powerOfTwo' ? 1 : bits);
    const middle = (lo + hi) / 2 - type.zeroPoint - (factor * (least + greatest)) / 2;
    const addend = style === 'zeroAddend' ? 0 : Math.round(middle * 2 ** shift);
    return { multiplier, addend: style === 'powerOfTwo' ? tieMaking(addend, shift) : addend, shift };
  });
  return {
    multiplier: parts.map((p) => p.multiplier),
    addend: parts.map((p) => p.addend),
    shift: parts.map((p) => p.shift),
    rounding,
    zeroPoint: type.zeroPoint,
    lo,
    hi,
  };
}

/** An addend on the grid of half steps, so that many sums are exact ties. */
function tieMaking(addend: number, shift: number): number {
  const half = Math.max(1, 2 ** (shift - 1));
  return Math.round(addend / half) * half;
}

function extremes(
  values: readonly Int32Array[],
  channels: number,
  channel: number,
): { least: number; greatest: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const array of values) {
    for (let i = channel; i < array.length; i += channels) {
      least = Math.min(least, array[i] ?? 0);
      greatest = Math.max(greatest, array[i] ?? 0);
    }
  }
  return { least, greatest };
}
