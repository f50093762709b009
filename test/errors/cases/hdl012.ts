import { component, uint } from '../../../src/hdl/index.js';

export const hdl012 = (): void => {
  const pass = (width: number) =>
    component('pass', { in: { a: uint(width) }, out: { q: uint(width) } }, ({ a }) => ({ q: a }));
  const [narrow, wide] = [pass(4), pass(8)];
  component('both', { in: { a: uint(4), b: uint(8) }, out: { x: uint(4), y: uint(8) } }, ({ a, b }) => ({
    x: narrow('first', { a }).q,
    y: wide('second', { a: b }).q,
  }));
};
