/** The small requantizer: one multiplier bit, then one bit of the shift, per cycle. */
import { bit, component, sint, uint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { unsignedWidth } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { finish } from '../requantize/finish.js';

export interface RequantizeSerialParams {
  /** 2 to 64. */
  readonly accWidth: number;
  /** 2 to 64; a shift is at least this. */
  readonly multiplierWidth: number;
  readonly addendWidth: number;
  /** Greatest shift, at least multiplierWidth. */
  readonly shiftMax: number;
  readonly resultWidth: number;
  /** Run-time `tieMode`; without, ties go towards +infinity. */
  readonly ties: boolean;
}

/**
 * value = clamp((acc * multiplier + addend) >> shift, lo, hi) + zeroPoint with ties as `requantize` settles them, in the cycle
 * in which `done` is 1, shift + 4 after `start`. All other inputs hold still from `start` to `done`; the next start is not
 * before `done`. The sum is exact: its low bits leave as it is formed. @throws UnitParameterError
 */
export const requantizeSerial = (params: RequantizeSerialParams) => {
  const { accWidth, multiplierWidth, addendWidth, shiftMax, resultWidth, ties } = params;
  const check = (name: keyof RequantizeSerialParams, value: number, lo: number, hi: number): void =>
    requireInteger('requantizeSerial', name, value, lo, hi);
  check('accWidth', accWidth, 2, 64);
  check('multiplierWidth', multiplierWidth, 2, 64);
  check('addendWidth', addendWidth, 1, 126);
  check('shiftMax', shiftMax, multiplierWidth, 127);
  check('resultWidth', resultWidth, 2, 64);
  const shiftWidth = unsignedWidth(BigInt(shiftMax));
  const bounds = { lo: sint(resultWidth), hi: sint(resultWidth), zeroPoint: sint(resultWidth) };
  const unit = component(
    `requantize_serial_a${accWidth}_m${multiplierWidth}_d${addendWidth}_h${shiftMax}_r${resultWidth}${ties ? '_ties' : ''}`,
    {
      in: {
        start: bit,
        acc: sint(accWidth),
        multiplier: sint(multiplierWidth),
        addend: sint(addendWidth),
        shift: uint(shiftWidth),
        ...bounds,
        ...(ties ? { tieMode: uint(2) } : {}),
      },
      out: { value: sint(resultWidth), done: bit },
      parameters: { ...params },
    },
    (inputs, m) => {
      const { sum, tie, last } = accumulate(m, inputs);
      const top = sum.width - 1;
      const narrowed =
        sum.width <= resultWidth
          ? { value: sum }
          : {
              value: sum.wrap(resultWidth),
              overflow: { fits: allEqual(sum.bits(top, resultWidth - 1)), sign: sum.bit(top) },
            };
      const { lo, hi, zeroPoint, tieMode } = inputs;
      const value = finish(m, { ...narrowed, ...(ties ? { tie } : {}) }, { lo, hi, zeroPoint, tieMode });
      if (!ties) m.unused(tie);
      return { value, done: m.pipe('done_q', last, { stages: 4, reset: 0 }) };
    },
  );
  return { component: unit, shiftWidth };
};

/** Bits of the sum, with a carry. */
export const sumWidthOf = ({
  accWidth,
  addendWidth,
}: Pick<RequantizeSerialParams, 'accWidth' | 'addendWidth'>): number =>
  Math.max(addendWidth, accWidth + 1) + 1;

interface Inputs {
  readonly start: UInt;
  readonly acc: SInt;
  readonly multiplier: SInt;
  readonly addend: SInt;
  readonly shift: UInt;
}

/**
 * `sum` starts as the addend; every step adds acc where the multiplier's next bit (low first) is 1, subtracts it for the sign,
 * and halves. `tie`: all bits that left were 0. `last`: `sum` is complete after this cycle.
 */
const accumulate = (m: ModuleBuilder, { start, acc, multiplier, addend, shift }: Inputs) => {
  const width = sumWidthOf({ accWidth: acc.width, addendWidth: addend.width });
  const { busy, count } = m.regs({ busy: bit, count: uint(shift.width) });
  const { sum, rest, tie } = m.regs(
    { sum: sint(width), rest: uint(multiplier.width), tie: bit },
    { reset: false },
  );
  const isSign = count.eq(multiplier.width - 1);
  const last = busy.and(count.eq(shift.sub(1).wrap(shift.width).asUint()));
  const chosen = rest.bit(0).mux(acc, 0);
  const total = isSign.mux(sum.sub(chosen), sum.add(chosen));
  m.when(busy, () => {
    sum.next = total.shr(1).wrap(width);
    rest.next = rest.shr(1);
    tie.next = tie.and(total.bit(0).not());
    count.next = count.add(1).wrap(shift.width);
    busy.next = last.not();
  }).otherwise(() => {
    sum.next = addend;
    rest.next = multiplier.asUint();
    tie.next = 1;
    count.next = 0;
    busy.next = start;
  });
  return { sum, tie, last };
};

/** All bits 0 or all bits 1: nothing but copies of the sign. */
const allEqual = (bits: UInt): UInt => bits.eq(0).or(bits.eq((1n << BigInt(bits.width)) - 1n));
