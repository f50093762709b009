import { component, uint } from '../../../src/hdl/index.js';

export const hdl007 = (): void => {
  component('either', { in: { a: uint(4), b: uint(4) }, out: { q: uint(4) } }, ({ a, b }, m) => {
    const { kept } = m.regs({ kept: uint(4) });
    kept.next = a;
    kept.next = b;
    return { q: kept };
  });
};
