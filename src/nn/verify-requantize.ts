import { NnError } from './errors.js';
import type { AddLayer, IntegerNetwork, IntegerTensor, Requantize } from './ir.js';
import { storageRange, tensorOf, type ValueRange } from './ranges.js';

const MOST_SHIFT = 47;
const MULTIPLIER_LIMIT = 2 ** 31;
const EXACT_LIMIT = 2 ** 53;

function refuse(layer: string, problem: string): never {
  throw new NnError('NN013', `layer "${layer}": ${problem}`);
}

/** Ranges of a Requantize against the accumulators it will see. @throws NnError NN013 */
export function checkRequantize(
  layer: string,
  r: Requantize,
  accumulators: readonly ValueRange[],
  output: IntegerTensor,
): void {
  const channels = output.shape[2];
  for (const key of ['multiplier', 'addend', 'shift'] as const) {
    if (r[key].length !== channels) {
      refuse(
        layer,
        `requantize.${key} has ${r[key].length} entries for ${channels} channels. Give one per channel.`,
      );
    }
  }
  checkClamp(layer, r, output);
  accumulators.forEach((range, channel) => checkChannel(layer, r, range, channel));
}

function checkClamp(
  layer: string,
  { lo, hi, zeroPoint }: { readonly lo: number; readonly hi: number; readonly zeroPoint: number },
  output: IntegerTensor,
): void {
  const stored = storageRange(output);
  if (!Number.isInteger(lo) || !Number.isInteger(hi) || lo > hi || lo < stored.lo || hi > stored.hi) {
    refuse(
      layer,
      `it clamps to ${lo} .. ${hi}, but tensor "${output.name}" holds ${stored.lo} .. ${stored.hi}.`,
    );
  }
  if (zeroPoint !== output.zeroPoint) {
    refuse(
      layer,
      `its zero point ${zeroPoint} differs from ${output.zeroPoint} of tensor "${output.name}". Make them equal.`,
    );
  }
}

function checkChannel(layer: string, r: Requantize, { lo, hi }: ValueRange, channel: number): void {
  const [multiplier, addend, shift] = [
    r.multiplier[channel] ?? 0,
    r.addend[channel] ?? 0,
    r.shift[channel] ?? 0,
  ];
  const where = `channel ${channel}`;
  if (!Number.isInteger(multiplier) || Math.abs(multiplier) >= MULTIPLIER_LIMIT) {
    refuse(layer, `${where} has multiplier ${multiplier}; it must be an integer below 2^31.`);
  }
  checkShift(layer, where, shift);
  if (r.rounding === 'gemmlowp') {
    checkGemmlowp(layer, where, { multiplier, addend, shift }, Math.max(-lo, hi));
    return;
  }
  const greatest = Math.max(Math.abs(lo * multiplier + addend), Math.abs(hi * multiplier + addend));
  if (!Number.isInteger(addend) || greatest >= EXACT_LIMIT) {
    refuse(
      layer,
      `${where} reaches |acc * multiplier + addend| = ${greatest}; below 2^53 is exact. Use fewer multiplier bits.`,
    );
  }
}

function checkGemmlowp(
  layer: string,
  where: string,
  { multiplier, addend, shift }: { multiplier: number; addend: number; shift: number },
  greatestAcc: number,
): void {
  if (multiplier < 0 || addend !== 0) {
    refuse(
      layer,
      `${where} has multiplier ${multiplier} and addend ${addend}; gemmlowp needs multiplier >= 0 and addend 0.`,
    );
  }
  if (greatestAcc * 2 ** Math.max(0, 31 - shift) >= 2 ** 31) {
    refuse(
      layer,
      `${where} shifts an accumulator of ${greatestAcc} beyond 32 bits. Fold the scale into the multiplier.`,
    );
  }
}

function checkShift(layer: string, where: string, shift: number): void {
  if (!Number.isInteger(shift) || shift < 0 || shift > MOST_SHIFT) {
    refuse(layer, `${where} has shift ${shift}; it must be an integer from 0 to ${MOST_SHIFT}.`);
  }
}

/** The same for a residual add. @throws NnError NN013 */
export function checkAddRange(
  network: IntegerNetwork,
  layer: AddLayer,
  ranges: ReadonlyMap<string, ValueRange>,
  output: IntegerTensor,
): void {
  checkClamp(layer.name, layer, output);
  checkShift(layer.name, 'it', layer.shift);
  const multipliers = [layer.multiplierA, layer.multiplierB];
  if (!multipliers.every((m) => Number.isInteger(m) && Math.abs(m) < MULTIPLIER_LIMIT)) {
    refuse(layer.name, `it has multipliers ${multipliers.join(' and ')}; both must be integers below 2^31.`);
  }
  const reach = layer.inputs.map((name, i) => {
    const { zeroPoint } = tensorOf(network, name, `layer "${layer.name}"`);
    const { lo, hi } = ranges.get(name) ?? { lo: 0, hi: 0 };
    return Math.max(Math.abs(lo - zeroPoint), Math.abs(hi - zeroPoint)) * Math.abs(multipliers[i] ?? 0);
  });
  if (reach.reduce((a, b) => a + b, 0) >= EXACT_LIMIT)
    refuse(layer.name, 'its sums exceed 2^53. Use smaller multipliers.');
}
