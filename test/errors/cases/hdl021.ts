import { bit, component } from '../../../src/hdl/index.js';

export const hdl021 = (): void => {
  component('choose', { in: { a: bit }, out: { q: bit } }, ({ a }, m) => {
    const { kept } = m.regs({ kept: bit });
    const chain = m.when(a, () => void (kept.next = 1));
    chain.otherwise(() => void (kept.next = 0));
    chain.otherwise(() => void (kept.next = 1));
    return { q: kept };
  });
};
