/** The requantizer's last three stages: saturate to the result's width, clamp, add the zero point. */

import { cat, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { tieModes } from './parameters.js';
import type { Shifted } from './shifter.js';

export interface Bounds {
  readonly lo: SInt;
  readonly hi: SInt;
  readonly zeroPoint: SInt;
  readonly tieMode: UInt | undefined;
}

export const finish = (m: ModuleBuilder, shifted: Shifted, { lo, hi, zeroPoint, tieMode }: Bounds): SInt => {
  const width = lo.width;
  const { overflow } = shifted;
  const narrow = m.pipe(
    'narrow',
    overflow === undefined ? shifted.value : saturated(shifted.value, overflow, width),
  );
  const below = narrow.le(lo);
  const above = narrow.gt(hi);
  const clamped = m.pipe('clamped', below.mux(lo, above.mux(hi, narrow)));
  if (shifted.tie === undefined || tieMode === undefined)
    return m.pipe('value_q', clamped.add(zeroPoint).wrap(width));
  // A tie is one too high where its mode says down, but only strictly inside lo..hi: elsewhere the bound is the result.
  const tie = m.pipe('narrow_tie', overflow === undefined ? shifted.tie : shifted.tie.and(overflow.fits));
  const down = tieMode
    .eq(tieModes.halfEven)
    .and(narrow.bit(0))
    .or(tieMode.eq(tieModes.halfAwayFromZero).and(narrow.le(0)));
  const lower = m.pipe('lower', tie.and(down).and(below.not()).and(above.not()));
  return m.pipe('value_q', clamped.add(zeroPoint).sub(lower.toSint()).wrap(width));
};

/** The value where it fits, else the end of the type that its sign says. */
const saturated = (
  value: SInt,
  { fits, sign }: { readonly fits: UInt; readonly sign: UInt },
  width: number,
): SInt => {
  const rail = cat(sign, ...Array.from({ length: width - 1 }, () => sign.not())).asSint();
  return fits.mux(value, rail);
};
