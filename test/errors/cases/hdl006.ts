import { bit, component } from '../../../src/hdl/index.js';

export const hdl006 = (): void => {
  component('source', { in: {}, out: { q: bit } }, (_, m) => {
    const { ready } = m.wires({ ready: bit });
    return { q: ready };
  });
};
