import { component, uint } from '../../../src/hdl/index.js';

export const hdl010 = (): void => {
  component('forgets', { in: { a: uint(8) }, out: { q: uint(8) } }, ({ a }, m) => {
    const { count } = m.regs({ count: uint(8) });
    count.next = a;
    return { q: a };
  });
};
