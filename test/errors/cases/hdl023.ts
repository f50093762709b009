import { bit, clockDomain, component, uint } from '../../../src/hdl/index.js';

export const hdl023 = (): void => {
  const fast = clockDomain('fast');
  component('monitor', { in: { level: uint(4) }, out: { seen: fast.port(bit) } }, ({ level }, m) => {
    const { limit } = m.regs({ limit: uint(4) });
    limit.next = level;
    const high = limit.gt(9);
    m.label({ high });
    return m.inDomain(fast, () => {
      const { seen_high } = m.regs({ seen_high: bit });
      seen_high.next = high;
      return { seen: seen_high };
    });
  });
};
