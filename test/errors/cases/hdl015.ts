import { component, uint } from '../../../src/hdl/index.js';

export const hdl015 = (): void => {
  component('decode', { in: { op: uint(2) }, out: { q: uint(4) } }, ({ op }, m) => {
    const { chosen } = m.wires({ chosen: uint(4) }, { default: 0 });
    m.switchValue(op, [
      { value: 1, body: () => void (chosen.value = 3) },
      { value: 1, body: () => void (chosen.value = 4) },
    ]);
    return { q: chosen };
  });
};
