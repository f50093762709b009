import { bit, component, uint } from '../../../src/hdl/index.js';

export const hdl005 = (): void => {
  component('level', { in: { up: bit }, out: { q: uint(4) } }, ({ up }, m) => {
    const { level } = m.regs({ level: uint(4) });
    m.when(up, () => {
      level.next = -1;
    });
    return { q: level };
  });
};
