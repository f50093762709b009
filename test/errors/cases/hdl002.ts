import { bit, component } from '../../../src/hdl/index.js';

export const hdl002 = (): void => {
  component('fifo', { in: { reg: bit }, out: { q: bit } }, ({ reg }) => ({ q: reg }));
};
