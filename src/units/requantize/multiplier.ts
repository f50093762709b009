/** The requantizer's multiplier: cut into parts where one would be too slow or wider than a DSP cell, or without any. */

import { type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { intProduct } from '../int-dot/product.js';
import { joinPlanes, recode, termOf } from '../recoded-dot/planes.js';

/** The exact a * b, 1 + stages cycles later; operands are registered inside each product's module. */
export const stagedProduct = (m: ModuleBuilder, a: SInt, b: SInt, stages: number): SInt =>
  a.width >= b.width ? partsOf(m, 'multiply', a, b, stages) : partsOf(m, 'multiply', b, a, stages);

/** x = high * 2^cut + low, with an unsigned low: x * y = high * y * 2^cut + low * y. */
const partsOf = (m: ModuleBuilder, name: string, x: SInt, y: SInt, stages: number): SInt => {
  if (stages === 1) return single(name, x, y);
  const cut = Math.floor(x.width / 2);
  const high = partsOf(m, `${name}_high`, x.shr(cut), y, stages - 1);
  const low = partsOf(m, `${name}_low`, x.bits(cut - 1, 0).toSint(), y, stages - 1);
  return m.pipe(
    `${name}_sum`,
    high
      .shl(cut)
      .add(low)
      .wrap(x.width + y.width),
  );
};

const single = (name: string, x: SInt, y: SInt): SInt => {
  const unit = intProduct({ actWidth: x.width, weightWidth: y.width, operandStages: 1 });
  return unit.component(name, { act: x, weight: y }).product;
};

/** act * multiplier - recodedCorrection(multiplier), from LUTs; see `requantizeShape` for its cycles. */
export const recodedProduct = (m: ModuleBuilder, acc: SInt, multiplier: SInt): SInt => {
  const choices = m.pipe('choice', recode(multiplier));
  const late = m.pipe('acc_q', acc);
  const terms = choices.map((choice) => termOf(late, choice));
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return m.pipe('product', only);
  return joinPlanes(m, 'product', terms);
};
