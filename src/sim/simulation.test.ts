import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, component, sint, uint, type UInt } from '../hdl/index.js';
import { SimError, simulate } from './index.js';

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

describe('registers', () => {
  it('hold, step, branch and reset', () => {
    const sim = simulate(counter.design);
    expect(sim.peek('count')).toBe(5n);
    sim.poke('enable', 1);
    sim.step(300);
    expect(sim.peek('count')).toBe(BigInt((5 + 300) % 256));
    sim.poke('enable', 0);
    sim.step(3);
    expect(sim.peekNumber('count')).toBe(49);
    sim.poke('clear', 1);
    sim.step();
    expect(sim.peek('count')).toBe(0n);
    sim.reset();
    expect(sim.peek('count')).toBe(5n);
    expect(sim.cycle).toBe(305);
  });

  it('commit together: swaps, rings and shift registers under one enable', () => {
    const ring = component(
      'ring',
      { in: { enable: bit, swap: bit }, out: { a: uint(40), b: uint(40), c: uint(100) } },
      (i, m) => {
        const { ra: a, rb: b } = m.regs({ ra: uint(40), rb: uint(40) }, { reset: 1 });
        const { rc: c, d } = m.regs({ rc: uint(100), d: uint(100) }, { reset: 7 });
        m.when(i.enable, () => {
          a.next = b;
          b.next = a.add(b).wrap(40);
          c.next = d;
          m.when(i.swap, () => {
            d.next = c;
          }).otherwise(() => {
            d.next = d.add(c).wrap(100);
          });
        });
        return { a, b, c };
      },
    );
    const sim = simulate(ring.design);
    sim.poke('enable', 1);
    let [a, b, c, d] = [1n, 1n, 7n, 7n];
    for (let i = 0; i < 200; i++) {
      const swap = i % 3 === 0;
      sim.poke('swap', swap ? 1 : 0);
      sim.step();
      [a, b] = [b, BigInt.asUintN(40, a + b)];
      [c, d] = [d, swap ? c : BigInt.asUintN(100, d + c)];
      expect([sim.peek('a'), sim.peek('b'), sim.peek('c'), sim.peek('d')]).toEqual([a, b, c, d]);
    }
  });

  it('without reset start at their power-up value and ignore rst', () => {
    const free = component('free', { in: { x: sint(70) }, out: { y: sint(70), z: sint(4) } }, ({ x }, m) => {
      const { ry: y } = m.regs({ ry: sint(70) }, { reset: false, powerUp: -3 });
      const { rz: z } = m.regs({ rz: sint(4) }, { reset: false });
      const { used } = m.regs({ used: bit });
      used.next = 1;
      y.next = x;
      m.when(used, () => {
        z.next = x.wrap(4);
      });
      return { y, z };
    });
    const sim = simulate(free.design);
    expect([sim.peek('y'), sim.peek('z')]).toEqual([-3n, 0n]);
    sim.poke('x', -(1n << 69n));
    sim.reset();
    expect(sim.peek('y')).toBe(-(1n << 69n));
    const drawn = [1, 2, 3, 4, 5, 6].map((powerUpSeed) => simulate(free.design, { powerUpSeed }).peek('z'));
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });
});

describe('control', () => {
  it('switches, nested branches and wires agree with a model', () => {
    const alu = component(
      'alu',
      {
        in: { op: uint(3), a: sint(12), b: sint(12), go: bit },
        out: { y: sint(24), total: sint(32), held: sint(24) },
      },
      ({ op, a, b, go }, m) => {
        const { result: y } = m.wires({ result: sint(24) }, { default: -1 });
        const { sum: total, old: held } = m.regs({ sum: sint(32), old: sint(24) });
        m.switchValue(op, [
          { value: 0, body: () => (y.value = a.add(b)) },
          { value: 3, body: () => (y.value = a.mul(b)) },
          {
            value: 5,
            body: () => {
              m.when(a.lt(b), () => {
                y.value = a;
              }).elseWhen(go, () => {
                y.value = b;
                held.next = y;
              });
            },
          },
        ]);
        m.when(go, () => {
          total.next = total.add(y).wrap(32);
        });
        return { y, total, held };
      },
    );
    const value = fc.integer({ min: -2048, max: 2047 });
    const row = fc.record({ op: fc.nat(7), a: value, b: value, go: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        const sim = simulate(alu.design);
        let [total, held] = [0, 0];
        for (const { op, a, b, go } of rows) {
          for (const [name, poked] of Object.entries({ op, a, b, go })) sim.poke(name, poked);
          const y = op === 0 ? a + b : op === 3 ? a * b : op === 5 ? (a < b ? a : go === 1 ? b : -1) : -1;
          expect([sim.peekNumber('y'), sim.peekNumber('total'), sim.peekNumber('held')]).toEqual([
            y,
            total,
            held,
          ]);
          sim.step();
          if (op === 5 && a >= b && go === 1) held = y;
          if (go === 1) total = (total + y) | 0;
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('memories', () => {
  const words = component(
    'words',
    {
      in: { write: bit, mask: uint(2), waddr: uint(3), lo: sint(5), hi: uint(70), read: bit, raddr: uint(3) },
      out: { syncLo: sint(5), syncHi: uint(70), nowLo: sint(5), nowHi: uint(70) },
    },
    (i, m) => {
      const store = m.memory('store', {
        word: { lo: sint(5), hi: uint(70) },
        depth: 8,
        init: [
          [-1, 2],
          [3, 4],
        ],
      });
      const maskBits: UInt[] = [i.mask.bits(0, 0), i.mask.bits(1, 1)];
      store.write(i.waddr, { lo: i.lo, hi: i.hi }, { enable: i.write, mask: maskBits });
      const sync = store.read(i.raddr, i.read);
      const now = store.readNow(i.raddr);
      return { syncLo: sync.lo, syncHi: sync.hi, nowLo: now.lo, nowHi: now.hi };
    },
  );

  it('agree with a model: masks, holding reads, old data', () => {
    const row = fc.record({
      write: fc.nat(1),
      mask: fc.nat(3),
      waddr: fc.nat(7),
      lo: fc.integer({ min: -16, max: 15 }),
      hi: fc.bigInt({ min: 0n, max: (1n << 70n) - 1n }),
      read: fc.nat(1),
      raddr: fc.nat(7),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const sim = simulate(words.design);
        const lo = [-1n, 2n, 0n, 0n, 0n, 0n, 0n, 0n];
        const hi = [3n, 4n, 0n, 0n, 0n, 0n, 0n, 0n];
        let held: (bigint | undefined)[] = [0n, 0n];
        for (const values of rows) {
          for (const [name, poked] of Object.entries(values)) sim.poke(name, poked);
          expect([sim.peek('now_lo'), sim.peek('now_hi')]).toEqual([lo[values.raddr], hi[values.raddr]]);
          sim.step();
          if (values.read === 1) held = [lo[values.raddr], hi[values.raddr]];
          if (values.write === 1 && values.mask % 2 === 1) lo[values.waddr] = BigInt(values.lo);
          if (values.write === 1 && values.mask >= 2) hi[values.waddr] = values.hi;
          expect([sim.peek('sync_lo'), sim.peek('sync_hi')]).toEqual(held);
        }
        const handle = sim.memoryAt('store');
        expect(Array.from({ length: 8 }, (_, address) => handle.read(address, 'hi'))).toEqual(hi);
      }),
      { numRuns: 60 },
    );
  });

  it('are read and written by hierarchical name', () => {
    const top = component('top', { in: { raddr: uint(3) }, out: { y: sint(5) } }, ({ raddr }) => {
      const zero = { write: 0, mask: 0, waddr: 0, lo: 0, hi: 0 };
      return { y: words('inner', { ...zero, read: 1, raddr }).syncLo };
    });
    const sim = simulate(top.design);
    const store = sim.memoryAt('inner.store');
    store.write(6, -9, 'lo');
    sim.poke('raddr', 6);
    sim.step();
    expect(sim.peek('y')).toBe(-9n);
    store.writeWord(1, (5n << 5n) | 0b10000n);
    expect([store.read(1, 'lo'), store.read(1, 'hi'), store.readWord(1)]).toEqual([
      -16n,
      5n,
      (5n << 5n) | 16n,
    ]);
    expect(code(() => store.read(8))).toBe('out-of-range');
    expect(code(() => store.write(0, 16, 'lo'))).toBe('out-of-range');
    expect(code(() => sim.memoryAt('inner.stores'))).toBe('unknown-name');
  });

  it('give 0 beyond their depth and ignore writes there', () => {
    const odd = component(
      'odd',
      { in: { address: uint(4), write: bit }, out: { now: uint(8), later: uint(8) } },
      ({ address, write }, m) => {
        const store = m.memory('store', {
          word: uint(8),
          depth: 10,
          init: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
          outOfRange: 'any',
        });
        store.write(address, 99, { enable: write });
        return { now: store.readNow(address), later: store.read(address) };
      },
    );
    const sim = simulate(odd.design);
    sim.poke('write', 1);
    sim.poke('address', 12);
    sim.step(2);
    expect([sim.peek('now'), sim.peek('later')]).toEqual([0n, 0n]);
    expect(sim.memoryAt('store').read(9)).toBe(10n);
  });

  it('check the promise that no word is read while it is written', () => {
    const single = component(
      'single',
      { in: { a: uint(2), b: uint(2), write: bit }, out: { y: uint(8) } },
      ({ a, b, write }, m) => {
        const store = m.memory('store', { word: uint(8), depth: 4, readDuringWrite: 'never' });
        store.write(a, 1, { enable: write });
        return { y: store.read(b) };
      },
    );
    const sim = simulate(single.design);
    sim.step();
    sim.poke('write', 1);
    sim.poke('b', 1);
    sim.step();
    sim.poke('b', 0);
    expect(code(() => sim.step())).toBe('assertion');
  });
});

describe('hierarchy', () => {
  it('peeks at registers, wires and labels of instances', () => {
    const inner = component('inner', { in: { x: sint(8) }, out: { y: sint(9) } }, ({ x }, m) => {
      const twice = x.add(x);
      const { kept } = m.regs({ kept: sint(9) });
      m.label({ twice });
      kept.next = twice;
      return { y: kept };
    });
    const top = component('top', { in: { x: sint(8) }, out: { y: sint(9) } }, ({ x }) => {
      const first = inner('first', { x });
      return { y: inner('second', { x: first.y.wrap(8) }).y };
    });
    const sim = simulate(top.design);
    sim.poke('x', -7);
    expect(sim.peek('first.twice')).toBe(-14n);
    sim.step();
    expect([sim.peek('first.kept'), sim.peek('second.twice'), sim.peek('second.x'), sim.peek('y')]).toEqual([
      -14n,
      -28n,
      -14n,
      0n,
    ]);
    expect(sim.signals().map(({ name }) => name)).toContain('second.kept');
    expect(code(() => sim.peek('second.missing'))).toBe('unknown-name');
  });

  it('is deep without overflowing and large without slowing down', () => {
    let level = component('level_0', { in: { x: uint(16) }, out: { y: uint(16) } }, ({ x }, m) => {
      const { r } = m.regs({ r: uint(16) });
      r.next = x;
      return { y: r };
    });
    for (let depth = 1; depth <= 1000; depth++) {
      const below = level;
      level = component(`level_${depth}`, { in: { x: uint(16) }, out: { y: uint(16) } }, ({ x }) => ({
        y: below('below', { x: x.add(1).wrap(16) }).y,
      }));
    }
    const sim = simulate(level.design);
    sim.poke('x', 5);
    sim.step();
    expect(sim.peek('y')).toBe(1005n);
  });

  it('computes one chain of 60,000 operations', () => {
    const chain = component('chain', { in: { x: uint(8) }, out: { y: uint(32) } }, ({ x }, m) => {
      const { r } = m.regs({ r: uint(32) });
      let sum: UInt = x;
      for (let i = 1; i < 20_000; i++) sum = sum.xor(r.add(i).wrap(32)).add(x).wrap(32);
      r.next = sum.wrap(32);
      return { y: r };
    });
    const sim = simulate(chain.design);
    sim.poke('x', 3);
    sim.step(2);
    let r = 0;
    for (let step = 0; step < 2; step++) {
      let sum = 3;
      for (let i = 1; i < 20_000; i++) sum = (((sum ^ ((r + i) >>> 0)) >>> 0) + 3) >>> 0;
      r = sum;
    }
    expect(sim.peekNumber('y')).toBe(r);
  });
});
