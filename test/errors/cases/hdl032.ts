import { component, uint } from '../../../src/hdl/index.js';

export const hdl032 = (): void => {
  component('late', { in: { d: uint(8) }, out: { q: uint(8) } }, ({ d }, m) => ({
    q: m.pipe('stage', d, { stages: 1.5 }),
  }));
};
