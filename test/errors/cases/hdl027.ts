import { component, sint } from '../../../src/hdl/index.js';

const face = { in: { a: sint(4), b: sint(4), c: sint(8) }, out: { y: sint(9) }, latency: 1 };

export const hdl027 = (): void => {
  component('multiply_add', face, ({ a, b, c }, m) => {
    const product = m.delay(a.mul(b), 1);
    return { y: product.add(c) };
  });
};
