import { bit, component, sint } from '../../../src/hdl/index.js';

export const hdl013 = (): void => {
  component('top_bit', { in: { act: sint(8) }, out: { q: bit } }, ({ act }) => ({ q: act.bits(8, 8) }));
};
