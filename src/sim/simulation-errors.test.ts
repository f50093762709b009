import { describe, expect, it } from 'vitest';
import { bit, clockDomain, component, external, sint, uint } from '../hdl/index.js';
import { AssertionFailure, SimError, simulate } from './index.js';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof SimError) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

const counter = component('counter', { in: { enable: bit, clear: bit }, out: { count: uint(8) } }, (i, m) => {
  const { kept: count } = m.regs({ kept: uint(8) }, { reset: 5 });
  m.when(i.clear, () => {
    count.next = 0;
  }).elseWhen(i.enable, () => {
    count.next = count.add(1).wrap(8);
  });
  return { count };
});

describe('external cells', () => {
  const cell = (name: string, reads: boolean) =>
    external(name, {
      in: { d: uint(8) },
      out: { q: uint(8) },
      clockPort: 'CLK',
      model: {
        init: () => 0n,
        outputs: (inputs, state) => ({
          q: reads ? (inputs['d'] ?? 0n) ^ 1n : typeof state === 'bigint' ? state : 0n,
        }),
        clock: ({ d }) => d,
      },
    });

  it('run their models; registered ones may be in loops', () => {
    const flip = cell('FLIP', true);
    const store = cell('STORE', false);
    const top = component('top', { in: { x: uint(8) }, out: { y: uint(8), z: uint(8) } }, ({ x }, m) => {
      const { feedback } = m.wires({ feedback: uint(8) });
      const { q } = store('store', { d: feedback });
      feedback.value = q.add(x).wrap(8);
      return { y: q, z: flip('flip', { d: x }).q };
    });
    const sim = simulate(top.design);
    sim.poke('x', 6);
    expect(sim.peek('z')).toBe(7n);
    sim.step(3);
    expect(sim.peek('y')).toBe(18n);
  });

  it('are refused without a model, by name', () => {
    const vendor = external('SB_MAGIC', { in: { d: bit }, out: { q: bit } });
    const top = component('top', { in: { x: bit }, out: { y: bit } }, ({ x }) => ({
      y: vendor('magic', { d: x }).q,
    }));
    expect(() => simulate(top.design)).toThrow(/magic is the external cell SB_MAGIC, which has no model/);
  });
});

describe('errors', () => {
  it('name the port and its range', () => {
    const sim = simulate(counter.design);
    expect(() => sim.poke('enable', 2)).toThrow('2 does not fit input enable : uint(1), whose range is 0..1');
    expect(() => sim.input('clear').set(-1)).toThrow(/-1 does not fit input clear/);
    expect(() => sim.poke('enable', 0.5)).toThrow(SimError);
    expect(() => sim.poke('enabel', 1)).toThrow(/no input is named enabel; there are: enable, clear/);
    expect(code(() => sim.run(2, { enable: [1] }))).toBe('bad-stimulus');
  });

  it('report a failed assertion with its cycle and instance, outside reset only', () => {
    const checked = component(
      'checked',
      { in: { x: uint(4), on: bit }, out: { y: uint(4) } },
      ({ x, on }, m) => {
        m.when(on, () => m.assert(x.lt(10), 'x is a decimal digit'));
        return { y: x };
      },
    );
    const top = component('top', { in: { x: uint(4), on: bit }, out: { y: uint(4) } }, (i) => ({
      y: checked('digit', i).y,
    }));
    const sim = simulate(top.design);
    sim.poke('x', 12);
    sim.step(2);
    sim.poke('on', 1);
    sim.reset(2);
    let caught: unknown;
    try {
      sim.step(100);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(AssertionFailure);
    expect(caught).toMatchObject({ assertion: 'x is a decimal digit', instance: 'digit', cycle: 4 });
    expect(sim.cycle).toBe(5);
  });
});

describe('bulk runs', () => {
  it('equal single steps over more than one batch', () => {
    const wide = component(
      'wide',
      {
        in: { a: sint(20), b: uint(50), c: sint(90) },
        out: { p: sint(21), q: uint(51), r: sint(91), s: uint(8), t: sint(91) },
      },
      ({ a, b, c }, m) => {
        const { rs: s, rt: t } = m.regs({ rs: uint(8), rt: sint(91) });
        s.next = s.add(a.bits(7, 0)).wrap(8);
        t.next = c.sub(a);
        return { p: a.sub(1), q: b.add(s), r: c.add(1), s, t };
      },
    );
    const cycles = 1300;
    const a = Array.from({ length: cycles }, (_, i) => ((i * 7919) % 1048576) - 524288);
    const b = Array.from({ length: cycles }, (_, i) => BigInt(i) ** 5n % (1n << 50n));
    const c = Array.from({ length: cycles }, (_, i) => -(BigInt(i) ** 8n));
    const bulk = simulate(wide.design).run(cycles, { a, b, c });
    const sim = simulate(wide.design);
    for (let i = 0; i < cycles; i++) {
      sim.poke('a', a[i] ?? 0);
      sim.poke('b', b[i] ?? 0n);
      sim.poke('c', c[i] ?? 0n);
      for (const name of ['p', 'q', 'r', 's', 't']) {
        if (BigInt(bulk[name]?.[i] ?? 0) !== sim.peek(name)) expect.fail(`${name} differs in cycle ${i}`);
      }
      sim.step();
    }
    expect(bulk['q']).toBeInstanceOf(BigUint64Array);
  });
});

it('a run has a whole number of cycles, and a simulation with one clock no clocks by name', () => {
  const sim = simulate(counter.design);
  for (const cycles of [-1, 0.5, NaN]) {
    expect(code(() => sim.run(cycles))).toBe('out-of-range');
    expect(() => {
      sim.step(cycles);
    }).toThrow(`step(${cycles}): the number of clock edges is a whole number from 0`);
  }
  expect(() => {
    sim.tick('clk');
  }).toThrow('no clock is named clk; there are: none');
});

it('all clocks rise again after a tick in which an assertion failed', () => {
  const other = clockDomain('other');
  const { design } = component(
    'pair',
    { in: { bad: bit }, out: { count: other.port(uint(8)) } },
    ({ bad }, m) => {
      m.assert(bad.not(), 'never bad');
      return m.inDomain(other, () => {
        const { kept } = m.regs({ kept: uint(8) });
        kept.next = kept.add(1).wrap(8);
        return { count: kept };
      });
    },
  );
  const sim = simulate(design);
  sim.poke('bad', 1);
  expect(() => {
    sim.tick('clk');
  }).toThrow(AssertionFailure);
  sim.poke('bad', 0);
  sim.step(3);
  expect(sim.peek('count')).toBe(3n);
});
