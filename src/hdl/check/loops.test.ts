import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintFast } from '../../../test/helpers/lint.js';
import { cosimulate, simulate } from '../../sim/index.js';
import {
  bit,
  cat,
  clockDomain,
  component,
  defaultDomain,
  emitVerilog,
  HdlError,
  uint,
  type ClockDomain,
  type UInt,
} from '../index.js';

const message = (build: () => unknown): string => {
  try {
    build();
  } catch (error) {
    if (error instanceof HdlError) return error.message.replace(/\S*\//g, '');
    throw error;
  }
  return 'no error';
};

/** The carries are the bits of one wire, each computed from the one below. */
const rippleAdder = (width: number) =>
  component(
    `ripple_${width}`,
    { in: { a: uint(width), b: uint(width) }, out: { sum: uint(width + 1) } },
    ({ a, b }, m) => {
      const { carry } = m.wires({ carry: uint(width + 1) });
      let carries: UInt = m.constant(bit, 0);
      for (let i = 0; i < width; i++) {
        const next = a
          .bit(i)
          .and(b.bit(i))
          .or(carry.bit(i).and(a.bit(i).xor(b.bit(i))));
        carries = cat(next, carries);
      }
      carry.value = carries;
      return { sum: cat(carry.bit(width), a.xor(b).xor(carry.bits(width - 1, 0))) };
    },
  );

describe('a loop through different bits of one wire', () => {
  it('is no loop in a design with several clocks either, whose crossings are still found', () => {
    const fast = clockDomain('fast');
    const twice = (domain: ClockDomain) =>
      component('twice', { in: { a: bit }, out: { y: domain.port(bit) } }, ({ a }, m) => {
        const { way } = m.wires({ way: uint(3) });
        way.value = cat(way.bit(1), way.bit(0), m.pipe('kept', a));
        m.inDomain(fast, () => {
          m.unused(m.pipe('moving', m.constant(bit, 1)));
        });
        return { y: way.bit(2) };
      });
    expect(message(() => twice(defaultDomain))).toBe('no error');
    expect(message(() => twice(fast))).toMatch(
      /^HDL023: kept : bit of the default domain is read by the output y/,
    );
  });

  it('is no loop: a ripple adder adds, here and in Icarus, and lint is silent', async () => {
    const { design } = rippleAdder(6);
    const sim = simulate(design);
    fc.assert(
      fc.property(fc.nat(63), fc.nat(63), (a, b) => {
        sim.poke('a', a);
        sim.poke('b', b);
        expect(sim.peek('sum')).toBe(BigInt(a + b));
      }),
    );
    expect(lintFast(emitVerilog(design).files, design.name)).toBe('');
    const [icarus] = await cosimulate(design, { simulators: ['icarus'], cycles: 200 });
    expect(icarus?.mismatches).toBe(0);
  });

  it('may pass through instances, several wires, conditions, shifts and sums', () => {
    const invert = component('invert', { in: { x: bit }, out: { y: bit } }, ({ x }) => ({ y: x.not() }));
    const { design } = component('mixed', { in: { a: uint(4) }, out: { q: uint(8) } }, ({ a }, m) => {
      const { low, high } = m.wires({ low: uint(4), high: uint(4) });
      m.when(low.bit(1), () => {
        high.value = 9;
      }).otherwise(() => {
        high.value = low.bits(1, 0).shl(1).add(low.bit(0)).wrap(4);
      });
      low.value = cat(high.bit(3), invert('flip', { x: low.bit(1) }).y, a.bits(1, 0));
      return { q: cat(high, low) };
    });
    const sim = simulate(design);
    for (let a = 0; a < 16; a++) {
      sim.poke('a', a);
      const high = (a & 2) === 2 ? 9 : (a & 3) * 2 + (a & 1);
      const low = (high >> 3) * 8 + (1 - ((a >> 1) & 1)) * 4 + (a & 3);
      expect(sim.peek('q')).toBe(BigInt(high * 16 + low));
    }
    expect(lintFast(emitVerilog(design).files, design.name)).toBe('');
  });
});

describe('a true loop', () => {
  it('names the bits where only some of them loop', () => {
    const build = () =>
      component('feedback', { in: { a: uint(4) }, out: { q: uint(4) } }, ({ a }, m) => {
        const { word } = m.wires({ word: uint(4) });
        word.value = cat(word.bit(1), a.bit(0), word.bit(3), a.bit(1));
        return { q: word };
      });
    expect(message(build)).toMatch(
      /^HDL009: feedback has a combinational loop: word\[1\] -> word\[3\] -> word\[1\]; put a register into it\n {2}at loops\.test\.ts:\d+$/,
    );
  });

  it('names whole wires where every bit loops', () => {
    const build = () =>
      component('counter', { in: { a: uint(4) }, out: { q: uint(4) } }, ({ a }, m) => {
        const { total, next } = m.wires({ total: uint(4), next: uint(4) });
        next.value = total.add(a).wrap(4);
        total.value = next;
        return { q: total };
      });
    expect(message(build)).toContain('loop: next -> total -> next;');
  });
});

/** Operations on `wire` of which bit i depends only on bits below i. */
const steps: readonly ((wire: UInt, other: UInt) => UInt)[] = [
  (wire, other) => wire.shl(1).wrap(wire.width).xor(other),
  (wire, other) => wire.shl(2).add(other).wrap(wire.width),
  (wire, other) => other.sub(wire.shl(1)).asUint().wrap(wire.width),
  (wire, other) => wire.shl(1).mul(other).wrap(wire.width),
  (wire, other) => other.bit(0).mux(wire.shl(1).wrap(wire.width), other),
  (wire, other) => cat(wire.bits(wire.width - 2, 0).not(), other.bit(0)),
  (wire, other) => wire.asSint().shl(3).or(other.asSint()).wrap(wire.width).asUint(),
  (wire, other) => wire.shl(1).shl(other.bits(1, 0)).wrap(wire.width),
];

it('false loops of random operations give the least fixed point of their bits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(steps.length - 1), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 4, max: 9 }),
      fc.nat(511),
      (chosen, width, seed) => {
        const { design } = component(
          'chain',
          { in: { other: uint(width) }, out: { looped: uint(width), unrolled: uint(width) } },
          ({ other }, m) => {
            const wires = m.wires({ way: chosen.map(() => uint(width)) }).way;
            const apply = (step: number, value: UInt): UInt => steps[step]?.(value, other) ?? value;
            wires.forEach((wire, i) => {
              const from = wires[(i + 1) % wires.length] ?? wire;
              wire.value = apply(chosen[i] ?? 0, from);
            });
            // Every turn settles one more bit at least.
            let unrolled: UInt = m.constant(uint(width), 0);
            for (let turn = 0; turn < width; turn++)
              for (const step of [...chosen].reverse()) unrolled = apply(step, unrolled);
            return { looped: wires[0] ?? other, unrolled };
          },
        );
        const sim = simulate(design);
        sim.poke('other', seed & ((1 << width) - 1));
        expect(sim.peek('looped')).toBe(sim.peek('unrolled'));
      },
    ),
    { numRuns: 60 },
  );
});
