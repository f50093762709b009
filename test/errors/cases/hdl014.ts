import { component, sint } from '../../../src/hdl/index.js';

export const hdl014 = (): void => {
  component('scale', { in: { act: sint(8) }, out: { q: sint(8) } }, ({ act }) => ({ q: act.shl(-1) }));
};
