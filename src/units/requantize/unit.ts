/** Accumulator to output value: multiply, add, shift, round, clamp, zero point; one value per cycle. */

import {
  array,
  bit,
  component,
  sint,
  uint,
  type ModuleBuilder,
  type SInt,
  type SIntType,
  type UInt,
  type UIntType,
} from '../../hdl/index.js';
import { finish } from './finish.js';
import { recodedProduct, stagedProduct } from './multiplier.js';
import { requantizeShape, type RequantizeParams } from './parameters.js';
import { barrelShift, type Shifting } from './shifter.js';

type Inputs = {
  readonly acc: SIntType;
  readonly multiplier?: SIntType;
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
 * s = acc * multiplier + addend, r = s >> (shiftMin + shift), value = clamp(r, lo, hi) + zeroPoint. The addend contains all
 * biases, the rounding half 2^(shift-1) (0 where the whole shift is 0) and, when the multiplier is recoded, its correction:
 * `addendFor` adds both. lo and hi are relative to the zero point.
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
    ...(params.multiplier === 'none' ? {} : { multiplier: sint(params.multiplierWidth) }),
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
    {
      in: ports,
      out: { value: sint(resultWidth) },
      parameters: { ...params },
      latency: shape.latencyCycles,
    },
    ({ acc, multiplier, addend, shift, lo, hi, zeroPoint, tieMode, hold, combine }, m) => {
      m.latency({ lo, hi, zeroPoint, ...(tieMode === undefined ? {} : { tieMode }) }, 'timeless');
      const product = multiplier === undefined ? acc : productOf(m, params, acc, multiplier);
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
      const shifted = barrelShift(m, current, {
        shiftMin: params.shiftMin,
        stages: shape.shiftStages,
        ties: tieMode !== undefined,
        resultWidth,
      });
      return { value: finish(m, shifted, { lo, hi, zeroPoint, tieMode }) };
    },
  );
  const { shiftWidth, latencyCycles } = shape;
  return { component: unit, latencyCycles, shiftWidth };
};

const productOf = (m: ModuleBuilder, params: RequantizeParams, acc: SInt, multiplier: SInt): SInt =>
  params.multiplier === 'recoded'
    ? recodedProduct(m, acc, multiplier)
    : stagedProduct(m, acc, multiplier, params.multiplierStages);

const requantizeName = (p: RequantizeParams): string =>
  `requantize_a${p.accWidth}_m${p.multiplierWidth}_d${p.addendWidth}_s${p.sumWidth}_h${p.shiftMin}_${p.shiftMax}` +
  `_r${p.resultWidth}${p.ties ? '_ties' : ''}${p.pairs ? `_pairs${p.pairDepth ?? 1}` : ''}_${multiplierName(p)}`;

const multiplierName = ({ multiplier = 'product', multiplierStages }: RequantizeParams): string =>
  ({ recoded: 'e', none: 'one', product: `p${multiplierStages}` })[multiplier];

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
