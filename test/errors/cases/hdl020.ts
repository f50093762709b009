import { component, uint } from '../../../src/hdl/index.js';

export const hdl020 = (): void => {
  component('limit', { in: { a: uint(8), b: uint(8) }, out: { q: uint(8) } }, ({ a, b }) => ({
    q: a < b ? a : b,
  }));
};
