/** How measured multipliers are kept in measured.ts, and how they become a catalogue. */
import { signMagnitudeTable, type ApproxMultiplier } from '../../quant/index.js';
import {
  exactTable,
  netlistFromText,
  netlistText,
  productTable,
  type ApproxKind,
} from '../../units/index.js';
import type { MeasuredMultiplier } from './measure.js';
import { paramsOf, type MagnitudeWidths } from './multipliers.js';

type StoredKind =
  Exclude<ApproxKind, { readonly kind: 'netlist' }> | { readonly kind: 'text'; readonly netlist: string };

export interface StoredMultiplier extends MagnitudeWidths {
  readonly name: string;
  readonly kind: StoredKind;
  readonly area: number;
  readonly energy: number;
}

export const toStored = ({ kind, ...rest }: MeasuredMultiplier): StoredMultiplier => ({
  ...rest,
  kind: kind.kind === 'netlist' ? { kind: 'text', netlist: netlistText(kind.netlist) } : kind,
});

export const fromStored = ({ kind, ...rest }: StoredMultiplier): MeasuredMultiplier => ({
  ...rest,
  kind: kind.kind === 'text' ? { kind: 'netlist', netlist: netlistFromText(kind.netlist) } : kind,
});

/**
 * For weights of one bit more than the magnitude: the multiplier gets |weight| and, of signed activations, |activation| (a
 * magnitude of as many bits as the activation, which holds all of them). The sign of the product is handled outside: the
 * accumulator adds or subtracts. So costs are those of the magnitudes' multiplier alone, for exact ones too.
 * @returns the multiplier for unsigned and the one for signed activations
 */
export function multipliersOf(measured: MeasuredMultiplier): readonly ApproxMultiplier[] {
  const { name, actBits, magnitudeBits, area, energy } = measured;
  const params = paramsOf(measured);
  // The same table, in far less time for wide operands.
  const magnitudes = params.kind === 'exact' ? exactTable(params) : productTable(params);
  return [false, true].map((actSigned) => {
    const widths = { actBits, actSigned, weightBits: magnitudeBits + 1 };
    return { name, ...widths, table: signMagnitudeTable(widths, magnitudes, magnitudeBits), area, energy };
  });
}
