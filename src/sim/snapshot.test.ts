import { describe, expect, it } from 'vitest';
import { bit, component, external, uint } from '../hdl/index.js';
import { simulate } from './index.js';

const counter = external('COUNTER', {
  in: { step: uint(4) },
  out: { total: uint(16) },
  clockPort: 'C',
  model: {
    init: () => ({ total: 0n }),
    outputs: (_, state) => ({ total: totalOf(state) }),
    clock: ({ step = 0n }, state) => ({ total: BigInt.asUintN(16, totalOf(state) + step) }),
  },
});

const totalOf = (state: unknown): bigint =>
  typeof state === 'object' && state !== null && 'total' in state && typeof state.total === 'bigint'
    ? state.total
    : 0n;

/** State in registers, a memory and an external cell. */
const makeRecorder = (depth: number) =>
  component(
    'recorder',
    { in: { x: uint(4), write: bit }, out: { seen: uint(4), total: uint(16), big: uint(100) } },
    ({ x, write }, m) => {
      const { at, wide } = m.regs({ at: uint(4), wide: uint(100) });
      const memory = m.memory('words', { word: uint(4), depth, init: [[1]] });
      m.when(write, () => {
        memory.write(at, x);
        at.next = at.add(1).wrap(4);
      });
      wide.next = wide.mul(3).add(x).wrap(100);
      const sum = counter('adder', { step: x });
      return { seen: memory.read(at.add(15).wrap(4)), total: sum.total, big: wide };
    },
  );

const recorder = makeRecorder(16);
const names = ['seen', 'total', 'big', 'at'];

describe('a snapshot', () => {
  it('continues with the same values, in the same simulation and in another one', () => {
    const sim = simulate(recorder.design, { coverage: true });
    const advance = (cycles: number): void => {
      for (let i = 0; i < cycles; i++) {
        sim.poke('x', (sim.cycle * 7) % 16);
        sim.poke('write', sim.cycle % 3 === 0 ? 0 : 1);
        sim.step();
      }
    };
    advance(37);
    const snapshot = sim.save();
    const before = names.map((name) => sim.peek(name));
    advance(20);
    const after = names.map((name) => sim.peek(name));
    const coverage = sim.coverage();

    sim.restore(snapshot);
    expect(sim.cycle).toBe(37);
    expect(names.map((name) => sim.peek(name))).toEqual(before);
    advance(20);
    expect(names.map((name) => sim.peek(name))).toEqual(after);
    expect(sim.coverage()).toEqual(coverage);

    const other = simulate(recorder.design, { coverage: true });
    other.restore(snapshot);
    expect(names.map((name) => other.peek(name))).toEqual(before);
    expect(other.peek('x')).toBe((36n * 7n) % 16n);
  });

  it('fits one design, with or without coverage', () => {
    const snapshot = simulate(recorder.design).save();
    const other = simulate(makeRecorder(8).design);
    expect(() => other.restore(snapshot)).toThrow(/of another version of recorder/);
    expect(() => other.restore(Uint8Array.of(1, 2, 3))).toThrow(/no snapshot of this version/);
    expect(() => simulate(recorder.design, { coverage: true }).restore(snapshot)).toThrow(
      'the simulation records coverage and the snapshot does not',
    );
  });
});
