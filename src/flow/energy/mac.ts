/** One PE of the array by itself: the product of a layer's engine, and its accumulator. */

import { bit, component, sint, uint, type Design } from '../../hdl/index.js';
import type { MappedLayer } from './layer.js';

type Mac = Pick<MappedLayer, 'engine' | 'actWidth' | 'accWidth'> & { readonly planes: number };

/**
 * acc = product, or acc + product where `first` is 0, or 2 acc + product where `next_plane` is 1 (there with more than one
 * plane): what one column of `array` with one row does. The product is registered as there; nothing is reset.
 */
export function macDesign({ engine, actWidth, accWidth, planes }: Mac): Design {
  const acc = sint(accWidth);
  const inputs = {
    act: sint(actWidth),
    code: uint(engine.codeWidth),
    first: bit,
    ...(planes > 1 ? { next_plane: bit } : {}),
  };
  const name = `mac_${engine.name}_a${String(actWidth)}_c${String(engine.codeWidth)}_s${String(accWidth)}`;
  return component(
    planes > 1 ? `${name}_planes` : name,
    { in: inputs, out: { acc } },
    ({ act, code, first, next_plane }, m) => {
      const stages = engine.unit.latencyCycles;
      const product = engine.unit.column('product', [act], [code]);
      const isFirst = m.pipe('first_late', first, { stages });
      const isNext = next_plane === undefined ? undefined : m.pipe('next_plane_late', next_plane, { stages });
      const { kept } = m.regs({ kept: acc }, { reset: false });
      const before = isNext?.mux(kept.shl(1), kept).wrap(accWidth) ?? kept;
      kept.next = isFirst.mux(product, before.add(product).wrap(accWidth)).wrap(accWidth);
      return { acc: kept };
    },
  ).design;
}
