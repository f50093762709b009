import { component, sint } from '../../../src/hdl/index.js';

export const hdl004 = (): void => {
  component('multiply', { in: { act: sint(8), weight: sint(8) }, out: { acc: sint(12) } }, (i, m) => {
    const product = i.act.mul(i.weight);
    m.label({ product });
    return { acc: product };
  });
};
