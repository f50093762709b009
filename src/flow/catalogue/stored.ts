/** How measured multipliers are kept in measured.ts, and how they become a catalogue. */
import { signMagnitudeTable, type ApproxMultiplier } from '../../quant/index.js';
import { fromStoredKind, toStoredKind, type StoredKind } from '../../accel/index.js';
import { exactTable, productTable } from '../../units/index.js';
import type { MeasuredMultiplier } from './measure.js';
import { paramsOf, type MagnitudeWidths } from './multipliers.js';

export interface StoredMultiplier extends MagnitudeWidths {
  readonly name: string;
  readonly kind: StoredKind;
  readonly area: number;
  readonly energy: number;
}

/** @throws RangeError for a kind that is kept in no catalogue: tables, products of halves */
export const toStored = ({ kind, ...rest }: MeasuredMultiplier): StoredMultiplier => {
  const stored = toStoredKind(kind);
  if (stored === undefined) throw new RangeError(`multiplier ${rest.name} cannot be kept: ${kind.kind}`);
  return { ...rest, kind: stored };
};

export const fromStored = ({ kind, ...rest }: StoredMultiplier): MeasuredMultiplier => ({
  ...rest,
  kind: fromStoredKind(kind),
});

/**
 * For weights of one bit more than the magnitude: the multiplier gets |weight| and, of signed activations, |activation| (a
 * magnitude of as many bits as the activation, which holds all of them). The sign of the product is handled outside: the
 * accumulator adds or subtracts. So costs are those of the magnitudes' multiplier alone, for exact ones too.
 * `circuit` says what computes the table for unsigned activations.
 * @returns the multiplier for unsigned and the one for signed activations
 */
export function multipliersOf(measured: MeasuredMultiplier): readonly ApproxMultiplier[] {
  const { name, actBits, magnitudeBits, area, energy } = measured;
  const params = paramsOf(measured);
  // The same table, in far less time for wide operands.
  const magnitudes = params.kind === 'exact' ? exactTable(params) : productTable(params);
  return [false, true].map((actSigned) => {
    const widths = { actBits, actSigned, weightBits: magnitudeBits + 1 };
    const table = signMagnitudeTable(widths, magnitudes, magnitudeBits);
    // Signed activations would need their own sign and magnitude; the array has a circuit for the others.
    const magnitude = actSigned ? undefined : toStoredKind(measured.kind);
    return { name, ...widths, table, area, energy, ...(magnitude && { circuit: { magnitude } }) };
  });
}
