import { component, fixed } from '../../../src/hdl/index.js';

export const hdl029 = (): void => {
  component('scale', { in: { a: fixed(8, 6), b: fixed(8, 6) }, out: { y: fixed(16, 8) } }, ({ a, b }) => ({
    y: a.mul(b),
  }));
};
