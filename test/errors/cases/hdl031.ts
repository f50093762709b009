import { component, uint } from '../../../src/hdl/index.js';

export const hdl031 = (): void => {
  component('counter', { in: { d: uint(8) }, out: { q: uint(8) } }, ({ d }, m) => {
    // @ts-expect-error -- plain JavaScript may pass it
    m.regs({ sum: 8 });
    return { q: d };
  });
};
