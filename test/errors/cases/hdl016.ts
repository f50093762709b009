import { bit, component, type UInt } from '../../../src/hdl/index.js';

export const hdl016 = (): void => {
  const invert = component('invert', { in: { a: bit }, out: { y: bit } }, ({ a }) => ({ y: a.not() }));
  // Outside of any component there is nothing to connect to.
  let outside: UInt | undefined;
  component('holder', { in: { a: bit }, out: { q: bit } }, ({ a }) => {
    outside = a;
    return { q: a };
  });
  if (outside !== undefined) invert('stage', { a: outside });
};
