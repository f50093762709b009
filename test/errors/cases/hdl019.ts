import { component, uint } from '../../../src/hdl/index.js';

export const hdl019 = (): void => {
  component('table', { in: { a: uint(2) }, out: { q: uint(4) } }, ({ a }, m) => ({
    q: m.memory('words', { word: uint(4), depth: 4, init: [[1, 2, 16]] }).read(a),
  }));
};
