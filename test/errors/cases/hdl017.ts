import { component, uint, type UInt } from '../../../src/hdl/index.js';

export const hdl017 = (): void => {
  const leaked: UInt[] = [];
  component('first', { in: { a: uint(8) }, out: { q: uint(8) } }, ({ a }) => {
    leaked.push(a);
    return { q: a };
  });
  component('second', { in: { b: uint(8) }, out: { q: uint(9) } }, ({ b }) => ({ q: b.add(leaked[0] ?? 0) }));
};
