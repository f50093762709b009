/** Large Designs: elaborated, checked, emitted and simulated without deep recursion, at a cost that grows with their size. */
import { describe, expect, it } from 'vitest';
import { component, emitVerilog, uint, type Component, type Design } from '../src/hdl/index.js';
import { simulate } from '../src/sim/index.js';

/** One expression of `count` operations (an exclusive or, a sum and a cut each time), each reading the one before. */
const chain = (count: number): Design =>
  component('chain', { in: { x: uint(16) }, out: { y: uint(16) } }, ({ x }) => {
    let value = x;
    for (let i = 0; i < count; i += 3)
      value = value
        .xor(x)
        .add(i % 7)
        .wrap(16);
    return { y: value };
  }).design;

/** `count` operations side by side, in registers of 1,000 operations each. */
const wide = (count: number): Design =>
  component('wide', { in: { x: uint(16) }, out: { y: uint(16) } }, ({ x }, m) => {
    let all = x;
    for (let i = 0; i < count / 1000; i++) {
      const { [`r${i}`]: r } = m.regs({ [`r${i}`]: uint(16) });
      if (r === undefined) throw new RangeError('no register');
      let value = r.add(i).wrap(16);
      for (let k = 0; k < 333; k++)
        value = value
          .xor(x)
          .add(k % 5)
          .wrap(16);
      r.next = value;
      all = all.xor(r);
    }
    return { y: all };
  }).design;

type Layer = Component<{ readonly x: ReturnType<typeof uint> }, { readonly y: ReturnType<typeof uint> }>;

const nested = (depth: number): Design => {
  const face = { in: { x: uint(8) }, out: { y: uint(8) } } as const;
  let inner: Layer = component('layer_0', face, ({ x }) => ({ y: x.add(1).wrap(8) }));
  for (let level = 1; level < depth; level++) {
    const below = inner;
    inner = component(`layer_${level}`, face, ({ x }, m) => {
      const { y } = below('inner', { x });
      const { kept } = m.regs({ kept: uint(8) });
      kept.next = y;
      m.unused(kept);
      return { y };
    });
  }
  return inner.design;
};

/** CPU milliseconds of one run. */
function cpuMs(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

describe('scale', () => {
  it('takes an expression 100,000 operations deep', () => {
    const design = chain(100_000);
    expect(emitVerilog(design).files[0]?.text.length).toBeGreaterThan(100_000);
    expect(simulate(design).run(2, { x: [1, 2] })['y']).toHaveLength(2);
  });

  it('takes a million operations', () => {
    const design = wide(1_000_000);
    expect(design.regs).toHaveLength(1000);
    expect(emitVerilog(design).files).toHaveLength(1);
    const sim = simulate(design);
    sim.step(2);
    expect(sim.peek('r0')).toBeGreaterThanOrEqual(0n);
  });

  it('takes a hierarchy 1,000 deep', () => {
    const design = nested(1000);
    expect(emitVerilog(design).files).toHaveLength(1000);
    const sim = simulate(design);
    sim.poke('x', 41);
    expect(sim.peek('y')).toBe(42n);
  });

  it('takes signals of 4,096 bits', () => {
    const { design } = component(
      'broad',
      { in: { a: uint(4096), b: uint(4096) }, out: { y: uint(4097) } },
      ({ a, b }, m) => {
        const { sum } = m.regs({ sum: uint(4096) });
        sum.next = sum.xor(a).add(b.shr(5)).wrap(4096);
        return { y: sum.add(a) };
      },
    );
    expect(emitVerilog(design).files[0]?.text).toContain('[4095:0]');
    const sim = simulate(design);
    const ones = (1n << 4096n) - 1n;
    sim.poke('a', ones);
    sim.poke('b', 1n << 4095n);
    sim.step();
    expect(sim.peek('y')).toBe(((ones + (1n << 4090n)) & ones) + ones);
  });

  it('costs about twice as much for twice the size', () => {
    const cost = (count: number): number =>
      cpuMs(() => {
        const design = wide(count);
        emitVerilog(design);
        simulate(design).step();
      });
    cost(50_000);
    // A quadratic step would cost four times as much; three leaves room for the collector.
    const [once, twice] = [Math.min(cost(100_000), cost(100_000)), Math.min(cost(200_000), cost(200_000))];
    expect(twice / once).toBeLessThan(3.2);
  });
});
