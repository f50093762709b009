import { describe, expect, it } from 'vitest';
import { simulate } from '../sim/index.js';
import { bit, component, external, HdlError, sint, uint, type UInt } from './index.js';

const mistake = (program: () => unknown): string => {
  try {
    program();
  } catch (error) {
    if (error instanceof HdlError) return error.message.replace(/\n[^]*/, '');
    throw error;
  }
  return 'no mistake';
};

const regNames = ({ design }: { readonly design: { readonly regs: readonly { readonly name: string }[] } }) =>
  design.regs.map(({ name }) => name);

describe('delay lines', () => {
  it('delay a bundle through registers named after their signals, which two uses share', () => {
    const unit = component(
      'lines',
      {
        in: { a: uint(8), flags: { last: bit } },
        out: { y: uint(8), z: uint(8), l: bit },
        latency: { y: 2, z: 3, l: 2 },
      },
      ({ a, flags }, m) => {
        const two = m.delay({ a, flags }, 2);
        return { y: two.a, z: m.delay(a, 3), l: two.flags.last };
      },
    );
    expect(regNames(unit)).toEqual(['a_d1', 'a_d2', 'flags_last_d1', 'flags_last_d2', 'a_d3']);
    const simulation = simulate(unit.design);
    simulation.poke('a', 7);
    simulation.step();
    simulation.poke('a', 9);
    simulation.step();
    expect(simulation.peek('y')).toBe(7n);
    simulation.step();
    expect([simulation.peek('y'), simulation.peek('z')]).toEqual([9n, 7n]);
  });

  it('are connected always, also inside of a branch, and stall with enable', () => {
    const unit = component(
      'branch',
      { in: { c: bit, go: bit, a: uint(8) }, out: { y: uint(8), z: uint(8) } },
      ({ c, go, a }, m) => {
        const { chosen } = m.wires({ chosen: uint(8) }, { default: 0 });
        m.when(c, () => {
          chosen.value = m.delay(a, 1);
        });
        return { y: chosen, z: m.delay(a, 1, { enable: go }) };
      },
    );
    expect(regNames(unit)).toEqual(['a_d1', 'a_d1_2']);
    const simulation = simulate(unit.design);
    simulation.poke('a', 5);
    simulation.step();
    simulation.poke('c', 1);
    expect([simulation.peek('y'), simulation.peek('z')]).toEqual([5n, 0n]);
  });

  it('align delays the early signals to the latest, through instances too', () => {
    const square = component(
      'square',
      { in: { x: sint(4) }, out: { y: sint(8) }, latency: 2 },
      ({ x }, m) => ({
        y: m.delay({ product: x.mul(x) }, 2).product,
      }),
    );
    const unit = component(
      'aligned',
      { in: { x: sint(4), b: sint(8) }, out: { y: sint(9), v: sint(5) }, latency: 2 },
      ({ x, b }, m) => {
        const late = m.align({ s: square('squared', { x }).y, b, one: m.delay(x, 1) });
        return { y: late.s.add(late.b), v: late.one.add(1) };
      },
    );
    expect(regNames(unit)).toEqual(['x_d1', 'b_d1', 'b_d2', 'x_d2']);
    const simulation = simulate(unit.design);
    simulation.poke('x', -3n);
    simulation.poke('b', 5);
    simulation.step(2);
    expect([simulation.peek('y'), simulation.peek('v')]).toEqual([14n, -2n]);
  });
});

describe('a declared latency', () => {
  const face = { in: { a: uint(8), b: uint(8) }, out: { y: uint(9) } };

  it('holds through enabled pipes, wires, registered reads and combinational instances', () => {
    const invert = component('invert', { in: { x: bit }, out: { y: bit } }, ({ x }) => ({ y: x.not() }));
    const unit = component(
      'mixed_bag',
      { in: { go: bit, c: bit, a: uint(4) }, out: { y: uint(5) }, latency: 3 },
      ({ go, c, a }, m) => {
        const values = m.memory('values', { word: uint(4), depth: 16, init: [[1, 2, 3]] });
        const read = values.read(a);
        const { w } = m.wires({ w: uint(4) }, { default: 1 });
        m.when(invert('inverted', { x: m.delay(c, 1) }).y, () => {
          w.value = read;
        });
        return { y: m.pipe('q', w.add(1), { stages: 2, enable: go }) };
      },
    );
    expect(unit.design.latency).toEqual({ inputs: {}, outputs: { y: 3 } });
  });

  it('says where a latency is mixed, and only in components that declare one', () => {
    const body = ({ a, b }: { a: UInt; b: UInt }, m: Parameters<Parameters<typeof component>[2]>[1]) => ({
      y: m.delay(a, 1).add(b),
    });
    expect(mistake(() => component('free', face, body))).toBe('no mistake');
    expect(mistake(() => component('mix', { ...face, latency: 1 }, body))).toBe(
      'HDL027: a_d1.add(b) : uint(9) in mix takes a_d1 : uint(8) of latency 1 and b : uint(8) of latency 0; write m.align({ a_d1, b })',
    );
  });

  it('mixes in a condition, an instance and a write too', () => {
    const sum = component('sum', { ...face, latency: 0 }, ({ a, b }) => ({ y: a.add(b) }));
    expect(
      mistake(() =>
        component('inst', { ...face, latency: 1 }, ({ a, b }, m) => sum('s', { a, b: m.delay(b, 1) })),
      ),
    ).toMatch(/^HDL027: the inputs of s in inst takes a .* of latency 0 and b_d1/);
    const held = { in: { valid: bit, a: uint(8) }, out: { y: uint(8) }, latency: 1 };
    expect(
      mistake(() =>
        component('cond', held, ({ valid, a }, m) => {
          const { kept } = m.regs({ kept: uint(8) });
          m.when(valid, () => {
            kept.next = m.delay(a, 1);
          });
          m.latency(kept, 2);
          return { y: kept };
        }),
      ),
    ).toMatch(/^HDL027: the assignment of kept in cond/);
  });

  it('is wrong by a number, or for state that nobody vouches for', () => {
    expect(
      mistake(() =>
        component('late', { ...face, latency: 2 }, ({ a, b }, m) => ({ y: m.delay(a.add(b), 1) })),
      ),
    ).toMatch(
      /^HDL028: output y of late is declared to have latency 2 and has 1: .*; delay it: m.delay\(.*, 1\), or declare 1$/,
    );
    const count = (vouch?: number) => () =>
      component('count', { in: { a: bit }, out: { q: uint(4) }, latency: 1 }, ({ a }, m) => {
        const { n, ring } = m.regs({ n: uint(4), ring: bit });
        n.next = n.add(a).wrap(4);
        ring.next = ring.not();
        m.unused(ring);
        if (vouch !== undefined) m.latency(n, vouch);
        return { q: n };
      });
    expect(mistake(count())).toMatch(/^HDL028: output q of count .* hold state/);
    expect(mistake(count(2))).toMatch(/^HDL027: n.add\(a\)/);
    expect(mistake(count(1))).toBe('no mistake');
  });

  it('is checked where the author says it of a register', () => {
    const program = (said: number) => () =>
      component(
        'held',
        { in: { go: bit, a: uint(8) }, out: { y: uint(8) }, latency: said },
        ({ go, a }, m) => {
          m.latency(go, 'timeless');
          const { kept } = m.regs({ kept: uint(8) });
          m.when(go, () => {
            kept.next = a;
          });
          m.latency(kept, said);
          return { y: kept };
        },
      );
    expect(mistake(program(1))).toBe('no mistake');
    expect(mistake(program(3))).toBe(
      'HDL028: kept : uint(8) of held is said to have latency 3 and takes a : uint(8) of latency 0; write m.latency(kept, 1) or delay what it takes',
    );
  });

  it('is not known before something drives the signal', () => {
    expect(
      mistake(() =>
        component('early', face, ({ a, b }, m) => {
          const { r } = m.regs({ r: uint(8) });
          const late = m.align({ r, b });
          r.next = a;
          return { y: late.r.add(late.b) };
        }),
      ),
    ).toBe(
      'HDL028: the latency of r : uint(8) is not known here: nothing drives it yet; drive it first, or write m.latency(r, n)',
    );
  });

  it('takes inputs that enter at other cycles, or are configuration', () => {
    const scale = component(
      'scale',
      { in: { act: sint(4), weight: sint(4), bias: sint(8) }, out: { y: sint(9) }, latency: 1 },
      ({ act, weight, bias }, m) => {
        m.latency(weight, -1);
        m.latency(bias, 'timeless');
        return { y: m.delay({ sum: act.mul(m.delay(weight, 1)).add(bias) }, 1).sum };
      },
    );
    expect(scale.design.latency).toEqual({ inputs: { weight: -1, bias: 'timeless' }, outputs: { y: 1 } });
    const outer = (weightDelay: number) => () =>
      component(
        'outer',
        { in: { act: sint(4), weight: sint(4) }, out: { y: sint(9) }, latency: 2 },
        ({ act, weight }, m) =>
          scale('s', { act: m.delay(act, 1), weight: m.delay(weight, weightDelay), bias: 3 }),
      );
    expect(mistake(outer(0))).toBe('no mistake');
    expect(mistake(outer(1))).toMatch(/^HDL027/);
  });

  it('of a vendor cell is the word of its author', () => {
    const cell = external('DSP', { in: { A: uint(8) }, out: { Y: uint(8) }, clockPort: 'CLK', latency: 3 });
    const unit = component('uses', { in: { a: uint(8) }, out: { y: uint(8) }, latency: 4 }, ({ a }, m) => ({
      y: m.delay(cell('dsp', { A: a }).Y, 1),
    }));
    expect(unit.design.latency?.outputs).toEqual({ y: 4 });
  });

  it('of a chain of 20,000 operations is found without recursion', () => {
    const unit = component('chain', { in: { a: bit }, out: { y: bit }, latency: 1 }, ({ a }, m) => {
      let x: UInt = m.delay(a, 1);
      for (let i = 0; i < 20_000; i++) x = x.xor(m.delay(a, 1)).not();
      return { y: x };
    });
    expect(unit.design.latency?.outputs).toEqual({ y: 1 });
  });
});
