import { bit, component } from '../../../src/hdl/index.js';

export const hdl008 = (): void => {
  component('grants', { in: { en: bit }, out: { q: bit } }, ({ en }, m) => {
    const { grant } = m.wires({ grant: bit });
    m.when(en, () => {
      grant.value = 1;
    });
    return { q: grant };
  });
};
