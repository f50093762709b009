import { component, sint } from '../../../src/hdl/index.js';

export const hdl011 = (): void => {
  const pe = component('pe', { in: { act: sint(8), weight: sint(8) }, out: { acc: sint(16) } }, (i) => ({
    acc: i.act.mul(i.weight),
  }));
  component('row', { in: { act: sint(8) }, out: { acc: sint(16) } }, ({ act }) => {
    // @ts-expect-error the input weight is missing
    const { acc } = pe('pe_0', { act });
    return { acc };
  });
};
