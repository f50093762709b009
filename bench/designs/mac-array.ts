/**
 * Designs A and B of ../shared/bench/simulators: a weight-stationary array of one PE with int8 or ternary weights, fed by a
 * 32-bit xorshift generator and folded into a checksum, so that it runs without inputs.
 */
import { bit, component, sint, uint, type SInt, type UInt } from '../../src/hdl/index.js';
import { loading, xorshift, zero } from './xorshift.js';

export interface MacArrayOptions {
  /** Rows, and as many columns. */
  readonly size: number;
  /** Weights -1, 0, 1 in two bits instead of int8. */
  readonly ternary?: boolean;
  /** Width of the partial sums, 32 to 64 bits; default 32. */
  readonly accWidth?: number;
}

/** Keeps a weight; passes activation, weight and partial sum on to its neighbours one cycle later. */
const pe = ({ ternary, accWidth }: Required<Omit<MacArrayOptions, 'size'>>) => {
  const weightWidth = ternary ? 2 : 8;
  return component(
    'pe',
    {
      in: { load: bit, actIn: sint(8), weightIn: uint(weightWidth), psumIn: sint(accWidth) },
      out: { actOut: sint(8), weightOut: uint(weightWidth), psumOut: sint(accWidth) },
    },
    ({ load, actIn, weightIn, psumIn }, m) => {
      const { act, weight, psum } = m.regs(
        { act: sint(8), weight: uint(weightWidth), psum: sint(accWidth) },
        zero,
      );
      act.next = actIn;
      m.when(load, () => {
        weight.next = weightIn;
      });
      const sum = ternary
        ? weight.bit(0).mux(weight.bit(1).mux(psumIn.sub(actIn), psumIn.add(actIn)), psumIn)
        : psumIn.add(actIn.mul(weight.asSint()));
      psum.next = sum.wrap(accWidth);
      return { actOut: act, weightOut: weight, psumOut: psum };
    },
  );
};

/** The array: a weight enters each column from above, an activation each row from the left, sums leave below. */
export const macCore = ({ size, ternary = false, accWidth = 32 }: MacArrayOptions) => {
  const cell = pe({ ternary, accWidth });
  const lanes = Array.from({ length: size }, (_item, lane) => lane);
  return component(
    'core',
    {
      in: { load: bit, act: lanes.map(() => sint(8)), weight: lanes.map(() => uint(ternary ? 2 : 8)) },
      out: { psum: lanes.map(() => sint(accWidth)) },
      parameters: { size, ternary, accWidth },
    },
    ({ load, act, weight }) => {
      let weights: readonly UInt[] = weight;
      let psums: readonly SInt[] = [];
      act.forEach((activation, row) => {
        let actIn = activation;
        const cells = weights.map((weightIn, column) => {
          const psumIn = psums[column] ?? 0;
          const out = cell(`pe_${row}_${column}`, { load, actIn, weightIn, psumIn });
          actIn = out.actOut;
          return out;
        });
        weights = cells.map(({ weightOut }) => weightOut);
        psums = cells.map(({ psumOut }) => psumOut);
      });
      return { psum: psums };
    },
  );
};

/** The array and what drives it: no inputs, one output, the running checksum. */
export const macArray = (options: MacArrayOptions) => {
  const { size, ternary = false, accWidth = 32 } = options;
  const core = macCore(options);
  return component(
    'top',
    { in: {}, out: { checksum: uint(32) }, parameters: { size, ternary, accWidth } },
    (_, m) => {
      const { lfsr, byte, fold } = xorshift(m);
      const load = loading(m, size);
      const lanes = Array.from({ length: size }, (_item, lane) => lane);
      const act = lanes.map((lane) => byte(lane, lane * 37).asSint());
      const weight = lanes.map((lane) =>
        ternary ? lfsr.bits((lane % 16) * 2 + 1, (lane % 16) * 2) : byte(lane, lane * 91),
      );
      const { psum } = core('core', { load, act, weight });
      const total = psum.reduce<SInt>((partial, item) => partial.add(item), m.constant(sint(1), 0));
      return { checksum: fold(total.wrap(32).asUint()) };
    },
  );
};
