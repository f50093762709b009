/** Accumulator to output value: multiply, add, shift, round, clamp, zero point; one value per cycle. */

import {
  array,
  bit,
  cat,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type SIntType,
  type UInt,
  type UIntType,
} from '../../hdl/index.js';
import { stagedProduct } from './multiplier.js';
import { requantizeShape, tieModes, type RequantizeParams } from './parameters.js';

type Inputs = {
  readonly acc: SIntType;
  readonly multiplier: SIntType;
  readonly addend: SIntType;
  readonly shift: UIntType;
  readonly lo: SIntType;
  readonly hi: SIntType;
  readonly zeroPoint: SIntType;
  readonly tieMode?: UIntType;
  readonly hold?: UIntType;
  readonly combine?: UIntType;
};

/**
 * s = acc * multiplier + addend, r = s >> (shiftMin + shift), value = clamp(r, lo, hi) + zeroPoint. The addend contains the
 * rounding half 2^(shift-1) (0 where the whole shift is 0) and all biases; lo and hi are relative to the zero point.
 * `ties` adds `tieMode` (see `tieModes`): exact ties, visible as shifted-out bits that are all 0, go to even or away from 0.
 * `pairs` adds `hold` (s is kept) and `combine` (the sum kept `pairDepth` such values ago is added to s; the sum is kept too).
 * acc, multiplier, addend, shift, hold and combine belong to one value and enter in the same cycle; lo, hi, zeroPoint and
 * tieMode must be stable from `latencyCycles` before they are used on. Free running, no reset. @throws UnitParameterError
 */
export const requantize = (params: RequantizeParams) => {
  const shape = requantizeShape(params);
  const { sumWidth, resultWidth, ties, pairs } = params;
  const ports: Inputs = {
    acc: sint(params.accWidth),
    multiplier: sint(params.multiplierWidth),
    addend: sint(params.addendWidth),
    shift: uint(shape.shiftWidth),
    lo: sint(resultWidth),
    hi: sint(resultWidth),
    zeroPoint: sint(resultWidth),
    ...(ties ? { tieMode: uint(2) } : {}),
    ...(pairs ? { hold: bit, combine: bit } : {}),
  };
  const unit = component(
    requantizeName(params),
    { in: ports, out: { value: sint(resultWidth) }, parameters: { ...params } },
    ({ acc, multiplier, addend, shift, lo, hi, zeroPoint, tieMode, hold, combine }, m) => {
      const product = stagedProduct(m, acc, multiplier, params.multiplierStages);
      const late = m.pipe('late', { addend, shift }, { stages: shape.productCycles });
      const scaled = m.pipe('scaled', product.add(late.addend).wrap(sumWidth));
      let current: Shifting = { value: scaled, shift: m.pipe('scaled_shift', late.shift) };
      if (hold !== undefined && combine !== undefined) {
        const flags = m.pipe('pair', { hold, combine }, { stages: shape.productCycles + 1 });
        current = {
          value: combined(m, scaled, flags.hold, flags.combine, params.pairDepth ?? 1),
          shift: m.pipe('total_shift', current.shift),
        };
      }
      const shifted = barrelShift(m, current, params.shiftMin, shape.shiftStages, tieMode !== undefined);
      return { value: finish(m, shifted, { lo, hi, zeroPoint, tieMode }) };
    },
  );
  const { shiftWidth, latencyCycles } = shape;
  return { component: unit, latencyCycles, shiftWidth };
};

const requantizeName = (p: RequantizeParams): string =>
  `requantize_a${p.accWidth}_m${p.multiplierWidth}_d${p.addendWidth}_s${p.sumWidth}_h${p.shiftMin}_${p.shiftMax}` +
  `_r${p.resultWidth}${p.ties ? '_ties' : ''}${p.pairs ? `_pairs${p.pairDepth ?? 1}` : ''}_p${p.multiplierStages}`;

const combined = (m: ModuleBuilder, scaled: SInt, hold: UInt, combine: UInt, depth: number): SInt => {
  const { kept } = m.regs({ kept: array(depth, sint(scaled.width)) }, { reset: false });
  const [oldest] = kept.slice(-1);
  if (oldest === undefined) throw new RangeError('pairDepth is at least 1');
  const total = scaled.add(combine.mux(oldest, 0)).wrap(scaled.width);
  m.label({ total });
  m.when(hold.or(combine), () => {
    kept.forEach((register, index) => {
      register.next = kept[index - 1] ?? total;
    });
  });
  return m.pipe('total_q', total);
};

interface Shifting {
  readonly value: SInt;
  readonly shift: UInt;
}

interface Shifted {
  readonly value: SInt;
  /** 1 when the shift was not 0 and everything shifted out was 0: after the rounding half, an exact tie. */
  readonly tie?: UInt;
}

/** value >> (shiftMin + shift), a register after each stage; `stages` lists the bits of `shift` each handles, high first. */
const barrelShift = (
  m: ModuleBuilder,
  { value, shift }: Shifting,
  shiftMin: number,
  stages: readonly (readonly number[])[],
  ties: boolean,
): Shifted => {
  let current = value.shr(shiftMin);
  let amount = shift;
  let tie: UInt | undefined;
  if (ties) tie = shiftMin === 0 ? shift.ne(0) : value.bits(shiftMin - 1, 0).eq(0);
  stages.forEach((levels, stage) => {
    const name = `shifted_${stage + 1}`;
    for (const level of levels) {
      const choose = amount.bit(level);
      const lost = current.bits(Math.min(2 ** level, current.width) - 1, 0);
      tie = tie?.and(choose.not().or(lost.eq(0)));
      current = choose.mux(current.shr(2 ** level), current);
    }
    current = m.pipe(name, current);
    if (tie !== undefined) tie = m.pipe(`${name}_tie`, tie);
    const left = Math.min(...levels);
    if (left > 0) amount = m.pipe(`${name}_shift`, amount.bits(left - 1, 0));
  });
  return tie === undefined ? { value: current } : { value: current, tie };
};

interface Bounds {
  readonly lo: SInt;
  readonly hi: SInt;
  readonly zeroPoint: SInt;
  readonly tieMode: UInt | undefined;
}

/** Three stages: saturate to the result's width, clamp, add the zero point. */
const finish = (m: ModuleBuilder, shifted: Shifted, { lo, hi, zeroPoint, tieMode }: Bounds): SInt => {
  const width = lo.width;
  const { fits, saturated } = saturate(shifted.value, width);
  const narrow = m.pipe('narrow', saturated);
  const below = narrow.le(lo);
  const above = narrow.gt(hi);
  const clamped = m.pipe('clamped', below.mux(lo, above.mux(hi, narrow)));
  if (shifted.tie === undefined || tieMode === undefined)
    return m.pipe('value_q', clamped.add(zeroPoint).wrap(width));
  // A tie is one too high where its mode says down, but only strictly inside lo..hi: elsewhere the bound is the result.
  const tie = m.pipe('narrow_tie', fits === undefined ? shifted.tie : shifted.tie.and(fits));
  const notPositive = narrow.le(0);
  const down = tieMode
    .eq(tieModes.halfEven)
    .and(narrow.bit(0))
    .or(tieMode.eq(tieModes.halfAwayFromZero).and(notPositive));
  const lower = m.pipe('lower', tie.and(down).and(below.not()).and(above.not()));
  return m.pipe('value_q', clamped.add(zeroPoint).sub(lower.toSint()).wrap(width));
};

interface Saturated {
  readonly saturated: SInt;
  /** Undefined: every value fits. */
  readonly fits?: UInt;
}

/** The bits above the sign of the result decide: all equal, the value fits; else its own sign says which rail. */
const saturate = (value: SInt, width: number): Saturated => {
  if (value.width <= width) return { saturated: value };
  const upper = value.bits(value.width - 1, width - 1);
  const fits = upper.eq(0).or(upper.eq((1n << BigInt(upper.width)) - 1n));
  const sign = value.bit(value.width - 1);
  const rail = cat(sign, ...Array.from({ length: width - 1 }, () => sign.not())).asSint();
  return { fits, saturated: fits.mux(value.wrap(width), rail) };
};
