/** Several clock domains: the compiled simulator by hand, and against Verilator and Icarus. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asyncFifo,
  bit,
  clockDomain,
  component,
  defaultDomain,
  external,
  pulseCrossing,
  resetSynchronizer,
  sint,
  synchronize,
  uint,
  type Design,
} from '../hdl/index.js';
import { createRandom } from '../num/index.js';
import { lookForTool } from '../tools/index.js';
import { cosimulate, SimError, simulate, sourceOf } from './index.js';

const fast = clockDomain('fast');
const video = clockDomain('video', { reset: false });

const tools = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = tools.every(({ found }) => found !== undefined);
if (!available && process.env['CI'] === undefined)
  console.warn('co-simulation of several clocks skipped: verilator, iverilog or vvp is missing');

const counter = component('counter', { in: {}, out: { count: uint(8) } }, (_, m) => {
  const { value } = m.regs({ value: uint(8) }, { reset: 3 });
  value.next = value.add(1).wrap(8);
  return { count: value };
});

/** A bit that toggles with `clk`, seen by `fast_clk`, and a counter in each of three domains. */
const three = component(
  'three',
  {
    in: {},
    out: {
      level: bit,
      seen: fast.port(bit),
      main: uint(8),
      quick: fast.port(uint(8)),
      lines: video.port(uint(8)),
    },
  },
  (_, m) => {
    const { toggle } = m.regs({ toggle: bit });
    toggle.next = toggle.not();
    const { count: main } = counter('main_counter', {});
    const { count: lines } = m.inDomain(video, () => {
      const { line } = m.regs({ line: uint(8) }, { reset: 7 });
      line.next = line.add(1).wrap(8);
      return { count: line };
    });
    return m.inDomain(fast, () => {
      const { count: quick } = counter('quick_counter', {});
      return { level: toggle, seen: synchronize(m, toggle), main, quick, lines };
    });
  },
);

describe('clocks by hand', () => {
  it('move the state of their own domain, and see what was there before a common edge', () => {
    const sim = simulate(three.design);
    const counts = (): bigint[] => ['main', 'quick', 'lines'].map((name) => sim.peek(name));
    expect(counts()).toEqual([3n, 3n, 7n]);
    sim.tick('fast_clk');
    sim.tick('fast_clk');
    expect(counts()).toEqual([3n, 5n, 7n]);
    sim.tick('clk', 'video_clk');
    expect(counts()).toEqual([4n, 5n, 8n]);
    expect(sim.peek('level')).toBe(1n);
    sim.tick('clk', 'fast_clk');
    // The synchronizer took the 1 of before the edge, not the 0 of after it.
    expect([sim.peek('level'), sim.peek('toggle_sync')]).toEqual([0n, 1n]);
    sim.step();
    expect([...counts(), sim.peek('seen')]).toEqual([6n, 7n, 9n, 1n]);
    sim.reset();
    expect(counts()).toEqual([3n, 3n, 10n]);
    expect(sim.cycle).toBe(6);
  });

  it('rise at their declared times, in steps and in runs', () => {
    const clocks = { clk: { period: 10 }, fast_clk: { period: 4, phase: 1 }, video_clk: { period: 5 } };
    const sim = simulate(three.design, { clocks });
    // 0: clk video, 1: fast, 5: fast video, 9: fast, 10: clk video.
    sim.step(5);
    expect(['main', 'quick', 'lines'].map((name) => sim.peek(name))).toEqual([5n, 6n, 10n]);
    const { main, quick } = simulate(three.design, { clocks }).run(6);
    expect([Array.from(main ?? [], Number), Array.from(quick ?? [], Number)]).toEqual([
      [3, 4, 4, 4, 4, 5],
      [3, 3, 4, 5, 6, 6],
    ]);
    const held = simulate(three.design, { clocks });
    held.step(3);
    held.reset(2);
    expect(['main', 'quick'].map((name) => held.peek(name))).toEqual([3n, 3n]);
  });

  it('have names that are known and times that make sense', () => {
    const clk = { period: 1 };
    expect(() => simulate(three.design).tick('slow_clk')).toThrow(SimError);
    expect(() => simulate(three.design, { clocks: { clk } })).toThrow('has no timing');
    expect(() => simulate(counter.design, { clocks: { clk } })).toThrow('clk is no clock');
    const clocks = { clk, fast_clk: { period: 0.5 }, video_clk: clk };
    expect(() => simulate(three.design, { clocks })).toThrow('period 0.5');
  });

  it('drive the domains that an instance was connected to', () => {
    const inner = component('inner', { in: {}, out: { a: uint(8), b: video.port(uint(8)) } }, (_, m) => {
      const { count: a } = counter('counter_a', {});
      const { count: b } = m.inDomain(video, () => counter('counter_b', {}));
      return { a, b };
    });
    const outer = component('outer', { in: {}, out: { a: fast.port(uint(8)), b: uint(8) } }, (_, m) =>
      m.inDomain(fast, () => m.mapDomains({ video: defaultDomain }, () => inner('inner', {}))),
    );
    const sim = simulate(outer.design);
    sim.tick('fast_clk');
    sim.tick('fast_clk');
    sim.tick('clk');
    expect([sim.peek('a'), sim.peek('b')]).toEqual([5n, 4n]);
  });

  it('clock an external cell with its domain', () => {
    const cell = external('CELL', {
      in: {},
      out: { q: uint(8) },
      clockPort: 'CK',
      model: {
        init: () => 0n,
        outputs: (_, state) => ({ q: typeof state === 'bigint' ? state : 0n }),
        clock: (_, state) => (typeof state === 'bigint' ? state + 1n : 0n),
      },
    });
    const top = component('cells', { in: {}, out: { q: fast.port(uint(8)), count: uint(8) } }, (_, m) => ({
      ...m.inDomain(fast, () => cell('cell_0', {})),
      ...counter('counter', {}),
    }));
    const sim = simulate(top.design);
    sim.tick('clk');
    sim.tick('fast_clk');
    sim.tick('fast_clk');
    expect([sim.peek('q'), sim.peek('count')]).toEqual([2n, 4n]);
  });
});

describe('the asynchronous FIFO', () => {
  it('loses nothing, repeats nothing, keeps the order and never holds more than its depth, at any ratio of clocks', () => {
    const fifos = [2, 4, 16].map((depth) => asyncFifo({ word: uint(16), depth, write: fast }));
    const period = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(...fifos),
        fc.record({ clk: period, fast_clk: period, phase: fc.nat(40), seed: fc.nat() }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 0.95, noNaN: true }),
        (fifo, { clk, fast_clk, phase, seed }, gaps, stalls) => {
          const sim = simulate(fifo.design, {
            clocks: { clk: { period: clk }, fast_clk: { period: fast_clk, phase } },
          });
          const depth = Number(fifo.design.parameters['depth']);
          const random = createRandom(seed);
          sim.reset(2);
          sim.poke('out_ready', 0);
          const received: number[] = [];
          let sent = 0;
          for (let step = 0; step < 600; step++) {
            // Inputs of a domain change only after an edge of its own clock.
            const [pushes, pops] = [sim.peek('write_count'), sim.peek('read_count')];
            const head = sim.peekNumber('out_payload');
            sim.poke('in_payload', sent);
            sim.step();
            if (sim.peek('write_count') !== pushes) sent++;
            if (sim.peek('read_count') !== pops) received.push(head);
            expect(sent - received.length).toBeLessThanOrEqual(depth);
            sim.poke('in_valid', random.chance(gaps) ? 0 : 1);
            sim.poke('out_ready', random.chance(stalls) ? 0 : 1);
          }
          expect(received).toEqual(received.map((_, i) => i));
          // Whatever is inside comes out.
          sim.poke('in_valid', 0);
          sim.poke('out_ready', 1);
          for (let step = 0; step < 60 * depth + 800 && received.length < sent; step++) {
            const pops = sim.peek('read_count');
            const head = sim.peekNumber('out_payload');
            sim.step();
            if (sim.peek('read_count') !== pops) received.push(head);
          }
          expect(received).toEqual(Array.from({ length: sent }, (_, i) => i));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('moves a word per cycle once both clocks run alike', () => {
    const sim = simulate(asyncFifo({ word: uint(8), depth: 8, write: fast }).design);
    sim.reset();
    sim.poke('in_valid', 1);
    sim.poke('out_ready', 1);
    const { out_valid = [] } = sim.run(40);
    expect(Array.from(out_valid, Number).slice(8)).toEqual(new Array(32).fill(1));
  });
});

it('a pulse crosses once, at any ratio of clocks', () => {
  const crossing = pulseCrossing({ to: fast });
  const period = fc.integer({ min: 1, max: 30 });
  fc.assert(
    fc.property(period, period, fc.nat(30), (clk, fast_clk, phase) => {
      const sim = simulate(crossing.design, {
        clocks: { clk: { period: clk }, fast_clk: { period: fast_clk, phase } },
      });
      sim.reset();
      let seen = 0;
      const step = (): boolean => {
        const toggle = sim.peek('toggle');
        const pulse = sim.peekNumber('out_pulse');
        const before = sim.peek('last_seen');
        sim.step();
        if (pulse === 1 && sim.peek('last_seen') !== before) seen++;
        return sim.peek('toggle') !== toggle;
      };
      for (let pulse = 0; pulse < 5; pulse++) {
        sim.poke('in_pulse', 1);
        while (!step());
        sim.poke('in_pulse', 0);
        for (let i = 0; i < 200; i++) step();
      }
      expect(seen).toBe(5);
    }),
    { numRuns: 40 },
  );
});

it('a synchronized reset is there from power-up on and leaves in step with its clock', () => {
  const sim = simulate(resetSynchronizer({ to: fast }).design);
  const levels: bigint[] = [];
  for (let i = 0; i < 3; i++) {
    levels.push(sim.peek('out_reset'));
    sim.tick('fast_clk');
  }
  expect(levels).toEqual([1n, 1n, 0n]);
});

/** Two clocks: a memory between them, a FIFO with a bundle in each word, pulses, an assertion on either side. */
const twoDomains = (): Design => {
  const fifo = asyncFifo({ word: { x: sint(9), y: uint(40) }, depth: 4, read: fast });
  const pulses = pulseCrossing({ to: fast });
  return component(
    'two_domains',
    {
      in: {
        data: uint(12),
        address: uint(4),
        write: bit,
        valid: bit,
        lookup: fast.port(uint(4)),
        ready: fast.port(bit),
      },
      out: {
        taken: bit,
        word: fast.port(uint(12)),
        now: fast.port(uint(12)),
        x: fast.port(sint(9)),
        y: fast.port(uint(40)),
        valid_out: fast.port(bit),
        pulses: fast.port(uint(8)),
      },
    },
    ({ data, address, write, valid, lookup, ready }, m) => {
      const table = m.memory('lut', { word: uint(12), depth: 16, init: [[5, 6, 7]] });
      table.write(address, data, { enable: write });
      const { wide } = m.regs({ wide: uint(40) });
      m.when(write, () => {
        wide.next = wide.add(data).wrap(40);
      });
      m.assert(wide.ge(0), 'never negative');
      const { accepted } = m.wires({ accepted: bit });
      const payload = { x: data.bits(8, 0).asSint(), y: wide };
      const { out } = fifo('fifo', { in: { payload, valid, ready: accepted } });
      const { out_pulse } = pulses('crossing', { in_pulse: write });
      return m.inDomain(fast, () => {
        out.ready.value = ready;
        const { count } = m.regs({ count: uint(8) });
        m.when(out_pulse, () => {
          count.next = count.add(1).wrap(8);
        });
        m.assert(count.lt(256), 'eight bits');
        return {
          taken: accepted,
          word: table.read(lookup, ready),
          now: table.readNow(lookup),
          ...out.payload,
          valid_out: out.valid,
          pulses: count,
        };
      });
    },
  ).design;
};

/** Three clocks, one of them only below, and one instance in two domains. */
const threeDomains = (): Design => {
  const stage = component('stage', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, m) => {
    const { sum } = m.regs({ sum: uint(8) }, { reset: 1 });
    sum.next = sum.add(x).wrap(8);
    return { y: sum };
  });
  return component(
    'three_domains',
    {
      in: { a: uint(8), b: fast.port(uint(8)), c: video.port(uint(8)) },
      out: { pa: uint(8), pb: fast.port(uint(8)), pc: video.port(uint(8)), crossed: video.port(bit) },
    },
    ({ a, b, c }, m) => {
      const { y: pa } = stage('main', { x: a });
      const { y: pb } = m.inDomain(fast, () => stage('quick', { x: b }));
      return m.inDomain(video, () => {
        const { line } = m.regs({ line: uint(8) }, { reset: 9 });
        const { high } = m.inDomain(fast, () => m.regs({ high: bit }));
        m.inDomain(fast, () => {
          high.next = pb.bit(7);
        });
        line.next = line.xor(c);
        return { pa, pb, pc: line, crossed: synchronize(m, high, { stages: 3 }) };
      });
    },
  ).design;
};

describe.skipIf(!available)('compiled, Verilator and Icarus agree', () => {
  it.each([
    ['two domains', twoDomains],
    ['three domains', threeDomains],
  ])('on %s, each clock at its own random rate', { timeout: 300_000 }, async (_, make) => {
    const design = make();
    for (const result of await cosimulate(design, {
      cycles: 3000,
      seed: 5,
      simulators: ['verilator', 'icarus'],
    })) {
      expect(result).toMatchObject({ cycles: 3000, mismatches: 0, first: undefined });
    }
  });

  it('and a wrong clock is found', { timeout: 300_000 }, async () => {
    const design = threeDomains();
    const source = sourceOf(design);
    const files = source.files.map(({ name, text }) => ({
      name,
      text: text.replace('.clk(fast_clk)', '.clk(clk)'),
    }));
    const [result] = await cosimulate(design, {
      cycles: 200,
      simulators: ['icarus'],
      source: { ...source, files },
    });
    expect(result?.mismatches).toBeGreaterThan(0);
  });
});
