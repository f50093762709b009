/** Energy of one operation. An operation-count model: memory, control and wires are left out. */

/** pJ at 45 nm, 0.9 V. */
export const energy45nm = {
  float32: { multiply: 3.7, add: 0.9 },
  float16: { multiply: 1.1, add: 0.4 },
  int32: { multiply: 3.1, add: 0.1 },
  int16: { add: 0.05 },
  int8: { multiply: 0.2, add: 0.03, shift: 0.024 },
  source:
    'Horowitz, Computing’s Energy Problem, ISSCC 2014, as quoted by papers on quantization; float16, int8 and int16 from memory (papers.md 1.3, 2.3)',
} as const;

/** Energy of the operations of an integer network, pJ. */
export interface EnergyModel {
  readonly multiply: (weightBits: number, activationBits: number) => number;
  readonly add: number;
  readonly shift: number;
  /** Of approximate multipliers, by the product table's name; absent: as an exact multiplier of the same bits. */
  readonly products?: Readonly<Record<string, number>>;
}

/**
 * energy45nm with 16-bit accumulators. Assumption: a multiplier's energy grows with the product of its operands' widths
 * (as its area does), measured at 8 x 8.
 */
export const integer45nm: EnergyModel = {
  multiply: (weightBits, activationBits) => (energy45nm.int8.multiply * weightBits * activationBits) / 64,
  add: energy45nm.int16.add,
  shift: energy45nm.int8.shift,
};
