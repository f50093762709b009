import { component, sint } from '../../../src/hdl/index.js';

export const hdl022 = (): void => {
  component('limit', { in: { act: sint(8) }, out: { q: sint(8) } }, ({ act }) => ({
    q: act.assumeRange(5, 3),
  }));
};
