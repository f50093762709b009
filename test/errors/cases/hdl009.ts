import { bit, component } from '../../../src/hdl/index.js';

export const hdl009 = (): void => {
  const invert = component('invert', { in: { a: bit }, out: { y: bit } }, ({ a }) => ({ y: a.not() }));
  component('ring', { in: { en: bit }, out: { q: bit } }, ({ en }, m) => {
    const { start } = m.wires({ start: bit });
    const { y } = invert('stage', { a: start });
    const gated = y.and(en);
    m.label({ gated });
    start.value = gated;
    return { q: y };
  });
};
