import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../num/index.js';
import { cosimulate, simulate } from '../../sim/index.js';
import { lookForTool } from '../../tools/index.js';
import { lintFast } from '../../../test/helpers/lint.js';
import { portDependencies } from '../check/dependencies.js';
import {
  array,
  bit,
  cat,
  component,
  emitVerilog,
  sint,
  stream,
  streams,
  uint,
  type ModuleBuilder,
  type SInt,
  type Stream,
  type UInt,
} from '../index.js';

const numbered = stream({ n: uint(12), tag: sint(4) });
type Beat = Readonly<{ n: UInt; tag: SInt }>;

/** Offers the beats 0, 1, 2 … as a stream should: each until it is taken. */
const source = component(
  'source',
  { in: { offer: bit }, out: { y: numbered, sent: uint(12) } },
  ({ offer }, m) => {
    const { valid, n, total } = m.regs({ valid: bit, n: uint(12), total: uint(12) });
    const beats = streams.produce(m, 'beats', { payload: { n, tag: n.bits(3, 0).asSint() }, valid });
    m.when(valid.not().or(beats.ready), () => {
      valid.next = offer;
      n.next = total.add(valid).wrap(12);
    });
    m.when(streams.fires(beats), () => {
      total.next = total.add(1).wrap(12);
    });
    return { y: beats, sent: total };
  },
);

/** A stream through a component, so that `ready` crosses ports both ways. */
const stage = component('stage', { in: { x: numbered }, out: { y: numbered } }, ({ x }, m) => {
  streams.checkStream(m, 'watched', x);
  return { y: streams.skid(m, 'slice', x) };
});

/** Beat n as a sink records it. */
const word = (n: number): number => n * 16 + (n % 16);
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const words = (sent: number): readonly number[] => count(sent).map(word);
const flat = (input: Stream<Beat>): Stream<UInt> => streams.map(input, ({ n, tag }) => cat(n, tag));

interface Case {
  readonly sources: number;
  readonly sinks?: number;
  readonly build: (m: ModuleBuilder, inputs: readonly Stream<Beat>[]) => readonly Stream<UInt>[];
  /** What the sinks take when so many beats of each source were taken. */
  readonly expected: (sent: readonly number[]) => readonly (readonly number[])[];
  /** Instead: whether what they took is right. */
  readonly check?: (taken: readonly number[], sent: readonly number[]) => void;
}

/** The same beats in the same order. */
const line = (build: (m: ModuleBuilder, input: Stream<Beat>) => Stream<Beat>): Case => ({
  sources: 1,
  build: (m, inputs) => inputs.map((input) => flat(build(m, input))),
  expected: (sent) => sent.map(words),
});

const merge = (name: string, options: streams.ArbiterOptions<Beat>): Case => ({
  sources: 3,
  build: (m, inputs) => [
    streams.map(streams.arbiter(m, name, inputs, options), ({ from, payload: { n, tag } }) =>
      cat(from, n, tag),
    ),
  ],
  expected: () => [],
  check: (taken, sent) => {
    sent.forEach((total, from) => {
      expect(taken.filter((value) => value >> 16 === from).map((value) => value & 0xffff)).toEqual(
        words(total),
      );
    });
    if (options.last === undefined) return;
    const cut = taken.findIndex(
      (value, i) => i > 0 && (taken[i - 1] ?? 0) >> 16 !== value >> 16 && ((value >> 4) & 3) !== 0,
    );
    expect(cut, 'no packet is cut').toBe(-1);
  },
});

const cases: Readonly<Record<string, Case>> = {
  map: {
    sources: 1,
    build: (_, inputs) => inputs.map((input) => streams.map(input, ({ n }) => n.mul(3))),
    expected: ([sent = 0]) => [count(sent).map((n) => 3 * n)],
  },
  filter: {
    sources: 1,
    build: (m, inputs) =>
      inputs.map((input) => flat(streams.filter(m, 'kept', input, ({ n }) => n.bits(2, 1).ne(2)))),
    expected: ([sent = 0]) => [count(sent).flatMap((n) => (((n >> 1) & 3) === 2 ? [] : [word(n)]))],
  },
  fork: {
    sources: 1,
    sinks: 3,
    build: (m, inputs) => inputs.flatMap((input) => streams.fork(m, 'branch', input, 3).map(flat)),
    expected: ([sent = 0]) => [words(sent), words(sent), words(sent)],
  },
  join: {
    sources: 2,
    build: (m, [a, b]) =>
      a === undefined || b === undefined
        ? []
        : [streams.map(streams.join(m, 'pair', { a: flat(a), b: flat(b) }), (pair) => cat(pair.a, pair.b))],
    expected: ([sent = 0]) => [words(sent).map((value) => value * 65537)],
  },
  route: {
    sources: 1,
    sinks: 4,
    build: (m, inputs) =>
      inputs.flatMap((input) => streams.route(m, 'way', input, ({ n }) => n.bits(1, 0), 4).map(flat)),
    expected: ([sent = 0]) => count(4).map((i) => words(sent).filter((_, n) => n % 4 === i)),
  },
  forward: line((m, input) => streams.forward(m, 'slice', input)),
  skid: line((m, input) => streams.skid(m, 'slice', input)),
  stages: line((_, input) => stage('second', { x: stage('first', { x: input }).y }).y),
  buffer_1: line((m, input) => streams.buffer(m, 'fifo', input, 1)),
  buffer_2: line((m, input) => streams.buffer(m, 'fifo', input, 2)),
  buffer_4: line((m, input) => streams.buffer(m, 'fifo', input, 4)),
  buffer_5: line((m, input) => streams.buffer(m, 'fifo', input, 5)),
  buffer_8: line((m, input) => streams.buffer(m, 'fifo', input, 8)),
  memory_1: line((m, input) => streams.buffer(m, 'fifo', input, 1, { storage: 'memory' })),
  first: merge('both', {}),
  round: merge('both', { policy: 'roundRobin' }),
  packets: merge('both', { policy: 'roundRobin', last: ({ n }) => n.bits(1, 0).eq(3) }),
  up: {
    sources: 1,
    build: (m, inputs) =>
      inputs.map((input) =>
        streams.map(streams.widthUp(m, 'group', flat(input), 3), (parts) =>
          parts.reduce((low, high) => cat(high, low)),
        ),
      ),
    expected: ([sent = 0]) => [
      count(Math.floor(sent / 3)).map(
        (i) => word(3 * i) + 2 ** 16 * word(3 * i + 1) + 2 ** 32 * word(3 * i + 2),
      ),
    ],
  },
  up_down: {
    ...line((m, input) => streams.widthDown(m, 'single', streams.widthUp(m, 'group', input, 3))),
    expected: ([sent = 0]) => [words(sent - (sent % 3))],
  },
};

/** Each case as a component: sources that offer beats or do not, sinks that take them or do not. */
const blocks = Object.entries(cases).map(([name, { sources, sinks = 1, build }]) => {
  const block = component(
    `case_${name}`,
    {
      in: { offer: array(sources, bit), ready: array(sinks, bit) },
      out: { sent: array(sources, uint(12)), taken: array(sinks, bit), value: array(sinks, uint(48)) },
    },
    ({ offer, ready }, m) => {
      const inputs = offer.map((each, i) => source(`source_${i}`, { offer: each }));
      const outputs = build(
        m,
        inputs.map(({ y }) => y),
      );
      outputs.forEach((output, i) => {
        output.ready.value = ready[i] ?? 0;
        streams.checkStream(m, `output_${i}`, output);
      });
      return {
        sent: inputs.map(({ sent }) => sent),
        taken: outputs.map(streams.fires),
        value: outputs.map(({ payload }) => payload),
      };
    },
  );
  return { name, block, sources: count(sources), sinks: count(sinks) };
});

/** All cases side by side, and which of the ports are whose. */
const sourceCount = blocks.reduce((sum, { sources }) => sum + sources.length, 0);
const sinkCount = blocks.reduce((sum, { sinks }) => sum + sinks.length, 0);
const top = component(
  'combinators',
  {
    in: { offer: uint(sourceCount), ready: uint(sinkCount) },
    out: {
      sent: array(sourceCount, uint(12)),
      taken: array(sinkCount, bit),
      value: array(sinkCount, uint(48)),
    },
  },
  ({ offer, ready }) => {
    let [nextSource, nextSink] = [0, 0];
    const results = blocks.map(({ name, block, sources, sinks }) =>
      block(`u_${name}`, {
        offer: sources.map(() => offer.bit(nextSource++)),
        ready: sinks.map(() => ready.bit(nextSink++)),
      }),
    );
    return {
      sent: results.flatMap(({ sent }) => sent),
      taken: results.flatMap(({ taken }) => taken),
      value: results.flatMap(({ value }) => value),
    };
  },
).design;

interface Traffic {
  readonly seed: number;
  /** How often, of 1, a source offers and a sink takes. */
  readonly offers: number;
  readonly takes: number;
}
const busy = 300;
/** The sinks take everything at the end, so that nothing stays inside. */
const drain = 40;
const cycles = 2 + busy + drain;

function stimulus({ seed, offers, takes }: Traffic): Record<string, bigint[]> {
  const random = createRandom(seed);
  const draw = (width: number, probability: number): bigint =>
    count(width).reduce((bits, i) => bits | (random.chance(probability) ? 1n << BigInt(i) : 0n), 0n);
  const full = (1n << BigInt(sinkCount)) - 1n;
  return {
    rst: count(cycles).map((cycle) => (cycle < 2 ? 1n : 0n)),
    offer: count(cycles).map((cycle) => (cycle < 2 + busy ? draw(sourceCount, offers) : 0n)),
    ready: count(cycles).map((cycle) => (cycle < 2 + busy ? draw(sinkCount, takes) : full)),
  };
}

interface Outcome {
  readonly sent: readonly number[];
  readonly taken: readonly (readonly number[])[];
}

/** What moved at the ends of each case. */
function outcomes(traffic: Traffic): ReadonlyMap<string, Outcome> {
  const recorded = simulate(top).run(cycles, stimulus(traffic));
  const column = (name: string): readonly number[] => Array.from(recorded[name] ?? [], Number);
  let [nextSource, nextSink] = [0, 0];
  return new Map(
    blocks.map(({ name, sources, sinks }) => [
      name,
      {
        sent: sources.map(() => column(`sent_${nextSource++}`).at(-1) ?? -1),
        taken: sinks.map(() => {
          const [taken, values] = [column(`taken_${nextSink}`), column(`value_${nextSink++}`)];
          return values.filter((_, cycle) => cycle >= 2 && taken[cycle] === 1);
        }),
      },
    ]),
  );
}

const anyTraffic = fc.record({
  seed: fc.integer(),
  offers: fc.constantFrom(0.2, 0.5, 0.9, 1),
  takes: fc.constantFrom(0.2, 0.5, 0.9, 1),
});

describe('streams', () => {
  it('lose, double and reorder nothing, whatever the gaps and the back-pressure', () => {
    fc.assert(
      fc.property(anyTraffic, (traffic) => {
        for (const [name, { sent, taken }] of outcomes(traffic)) {
          const { check, expected } = cases[name] ?? {};
          if (check === undefined) expect(taken, name).toEqual(expected?.(sent));
          else check(taken.flat(), sent);
          expect(Math.max(...sent), `${name} moves`).toBeGreaterThan(10);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('move a beat per cycle where they promise it', () => {
    const all = outcomes({ seed: 1, offers: 1, takes: 1 });
    const sent = (name: string): number => Math.min(...(all.get(name)?.sent ?? []));
    for (const name of [
      'map',
      'filter',
      'fork',
      'join',
      'route',
      'forward',
      'skid',
      'stages',
      'buffer_2',
      'buffer_4',
      'buffer_5',
      'up',
    ])
      expect(sent(name), name).toBeGreaterThan(busy - 3);
    expect(sent('buffer_1')).toBeGreaterThan(busy / 2 - 3);
  });

  it('serve waiting streams in turn, or the first alone', () => {
    const all = outcomes({ seed: 1, offers: 1, takes: 1 });
    expect(all.get('round')?.sent.every((sent) => sent > busy / 3 - 3)).toBe(true);
    expect(all.get('first')?.sent[0]).toBeGreaterThan(busy - 3);
  });

  it.each([
    ['skid', (m: ModuleBuilder, x: Stream<Beat>) => streams.skid(m, 'cut', x), []],
    ['buffer', (m: ModuleBuilder, x: Stream<Beat>) => streams.buffer(m, 'cut', x, 3), []],
    ['deep buffer', (m: ModuleBuilder, x: Stream<Beat>) => streams.buffer(m, 'cut', x, 9), []],
    ['forward', (m: ModuleBuilder, x: Stream<Beat>) => streams.forward(m, 'cut', x), ['x_ready < y_ready']],
  ] as const)('%s lets no path through but what it says', (_, build, expected) => {
    const cut = component('cut_test', { in: { x: numbered }, out: { y: numbered } }, ({ x }, m) => ({
      y: build(m, x),
    }));
    const paths = [...portDependencies(cut.design)].flatMap(([to, from]) =>
      [...from].map((each) => `${to} < ${each}`),
    );
    expect(paths).toEqual(expected);
  });

  it('a producer that takes an offer back fails in simulation', () => {
    const hasty = component(
      'hasty',
      { in: { offer: bit, take: bit }, out: { y: bit } },
      ({ offer, take }, m) => {
        const beats = streams.produce(m, 'beats', { payload: {}, valid: offer });
        beats.ready.value = take;
        streams.checkStream(m, 'beats', beats);
        return { y: streams.fires(beats) };
      },
    );
    const run = (offer: readonly number[]): unknown =>
      simulate(hasty.design).run(3, { rst: [0, 0, 0], take: [0, 1, 0], offer });
    expect(() => run([1, 1, 0])).not.toThrow();
    expect(() => run([1, 0, 0])).toThrow('stream beats: valid falls before ready');
  });

  it('are emitted without a word from the linters', () => {
    expect(lintFast(emitVerilog(top).files, 'combinators')).toBe('');
  });

  it('are the same in Verilator and Icarus', async () => {
    const found = await Promise.all(
      (['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)),
    );
    if (found.some((tool) => tool.found === undefined)) {
      console.warn('co-simulation of streams skipped: verilator, iverilog or vvp is missing');
      return;
    }
    const results = await cosimulate(top, {
      cycles,
      stimulus: stimulus({ seed: 7, offers: 0.7, takes: 0.6 }),
      simulators: ['verilator', 'icarus'],
    });
    for (const { simulator, mismatches, first } of results)
      expect({ simulator, mismatches, first }).toEqual({ simulator, mismatches: 0, first: undefined });
  }, 120_000);
});
