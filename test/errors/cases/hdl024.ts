import { bit, clockDomain, component, uint } from '../../../src/hdl/index.js';

export const hdl024 = (): void => {
  const fast = clockDomain('fast');
  component('counter', { in: { up: bit }, out: { count: uint(8) } }, ({ up }, m) => {
    const { value } = m.regs({ value: uint(8) });
    m.inDomain(fast, () => {
      value.next = value.add(up).wrap(8);
    });
    return { count: value };
  });
};
