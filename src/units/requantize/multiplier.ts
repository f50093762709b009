/** The requantizer's multiplier, cut into parts where one would be too slow or wider than a DSP cell. */

import { type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { intProduct } from '../int-dot/product.js';

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
