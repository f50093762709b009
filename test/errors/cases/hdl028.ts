import { component, uint } from '../../../src/hdl/index.js';

export const hdl028 = (): void => {
  component('late', { in: { a: uint(8) }, out: { y: uint(8) }, latency: 2 }, ({ a }, m) => ({
    y: m.delay(a, 1),
  }));
};
