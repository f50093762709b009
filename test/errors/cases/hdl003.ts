import { component, uint } from '../../../src/hdl/index.js';

export const hdl003 = (): void => {
  component('counter', { in: {}, out: { q: uint(8) } }, (_, m) => {
    const { sum } = m.regs({ sum: uint(8) });
    const wires = m.wires({ sum: uint(8) });
    sum.next = wires.sum;
    wires.sum.value = sum;
    return { q: sum };
  });
};
