import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bit, component, sint, uint } from '../hdl/index.js';
import { coverageReport, mergeCoverage, simulate, type Coverage, type Simulation } from './index.js';

const timer = component(
  'timer',
  { in: { start: bit, stop: bit }, out: { busy: bit, value: uint(3) } },
  ({ start, stop }, m) => {
    const phase = m.states('phase', ['idle', 'counting', 'done']);
    const { count } = m.regs({ count: uint(3) });
    m.switch(phase, {
      idle: () =>
        m.when(start, () => {
          phase.next = 'counting';
          count.next = 0;
        }),
      counting: () => {
        count.next = count.add(1).wrap(3);
        m.cover(count.eq(2), 'the count reaches 2');
        m.when(count.eq(6), () => {
          phase.next = 'done';
        }).elseWhen(stop, () => {
          phase.next = 'idle';
        });
      },
      done: () => {
        phase.next = 'idle';
      },
    });
    return { busy: phase.is('counting'), value: count };
  },
);

const board = component('board', { in: { start: bit, stop: bit }, out: { busy: bit } }, (inputs) => ({
  busy: timer('first', inputs).busy,
}));

const started = (): Simulation => {
  const sim = simulate(board.design, { coverage: true });
  sim.poke('start', 1);
  sim.step();
  sim.poke('start', 0);
  return sim;
};

const togglesOf = ({ toggles }: Coverage, name: string): readonly string[] => {
  const { rose = '', fell = '' } = toggles.find((signal) => signal.name === name) ?? {};
  return [rose, fell];
};

describe('coverage', () => {
  it('knows toggled bits, visited states and covered properties', () => {
    const sim = started();
    sim.step(5);
    const coverage = sim.coverage();
    expect(coverage.cycles).toBe(6);
    expect(togglesOf(coverage, 'first.count')).toEqual(['7', '3']);
    expect(togglesOf(coverage, 'first.stop')).toEqual(['0', '0']);
    expect(coverage.states).toEqual([
      {
        name: 'first.phase',
        cycles: { idle: 1, counting: 5, done: 0 },
        transitions: [{ from: 'idle', to: 'counting', times: 1 }],
      },
    ]);
    expect(coverage.covers).toEqual([
      { instance: 'first', message: 'the count reaches 2', hits: 1, first: 3 },
    ]);
    expect(JSON.parse(JSON.stringify(coverage))).toEqual(coverage);
  });

  it('of several runs adds up, and prints what is missing', () => {
    const stopped = started();
    stopped.poke('stop', 1);
    stopped.step(2);
    const complete = started();
    complete.step(10);
    const merged = mergeCoverage([stopped.coverage(), complete.coverage()]);
    expect(coverageReport(merged)).toMatchInlineSnapshot(`
      "coverage of board over 14 cycles
      toggles 78.6 % (22 of 28)
        start  never rose
        stop  never fell
        first.start  never rose
        first.stop  never fell
        first.value  never fell: 2
        first.count  never fell: 2
      states  100.0 % (3 of 3)
        first.phase  idle 5, counting 8, done 1
          idle -> counting 2
          counting -> idle 1
          counting -> done 1
          done -> idle 1
      covers  100.0 % (1 of 1)
        first: the count reaches 2  1 times, first in cycle 3"
    `);
    const other = simulate(timer.design, { coverage: true }).coverage();
    expect(() => mergeCoverage([merged, other])).toThrow(/board and timer differ/);
  });

  it('is the same whether cycles are stepped or run from recorded stimulus', () => {
    const start = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    const stop = start.map((_, i) => (i === 7 ? 1 : 0));
    const bulk = simulate(board.design, { coverage: true });
    bulk.run(start.length, { start, stop });
    const stepped = simulate(board.design, { coverage: true });
    start.forEach((value, i) => {
      stepped.poke('start', value);
      stepped.poke('stop', stop[i] ?? 0);
      stepped.step();
    });
    expect(bulk.coverage()).toEqual(stepped.coverage());
  });

  it('of any width equals what the peeked values say', () => {
    const widths = fc.constantFrom(1, 8, 31, 32, 33, 64, 65, 130);
    fc.assert(
      fc.property(
        widths,
        fc.boolean(),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 130n }), { minLength: 2 }),
        (width, signed, words) => {
          const design = component(
            'through',
            { in: { d: signed ? sint(width) : uint(width) }, out: { q: bit } },
            ({ d }) => ({
              q: d.eq(0),
            }),
          ).design;
          const sim = simulate(design, { coverage: true });
          const patterns = words.map((word) => BigInt.asUintN(width, word));
          for (const pattern of patterns) {
            sim.poke('d', signed ? BigInt.asIntN(width, pattern) : pattern);
            sim.step();
          }
          let [rose, fell] = [0n, 0n];
          patterns.slice(1).forEach((now, i) => {
            const before = patterns[i] ?? 0n;
            rose |= now & ~before;
            fell |= before & ~now;
          });
          expect(togglesOf(sim.coverage(), 'd')).toEqual([rose.toString(16), fell.toString(16)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused where it was not recorded', () => {
    expect(() => simulate(timer.design).coverage()).toThrow(/coverage is off/);
  });
});
