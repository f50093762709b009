import { component, uint } from '../../../src/hdl/index.js';

export const hdl030 = (): void => {
  component('endless', { in: {}, out: { count: uint(8) } }, (_, m) => {
    const { n } = m.regs({ n: uint(8) }, { reset: false });
    n.next = n.add(1).wrap(8);
    return { count: n };
  });
};
