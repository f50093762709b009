import { bit, component, uint } from '../../../src/hdl/index.js';

export const hdl018 = (): void => {
  component('table', { in: { we: bit, d: uint(4) }, out: { q: uint(4) } }, ({ we, d }, m) => {
    const { address } = m.regs({ address: uint(4) });
    const past = address.or(16);
    address.next = past.wrap(4);
    const words = m.memory('words', { word: uint(4), depth: 16 });
    words.write(address, d, { enable: we });
    return { q: words.read(past.assumeRange(16, 31)) };
  });
};
