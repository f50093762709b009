/**
 * One test per row of the feature table that the language was ordered by (rows of other HDLs, our target in the last column).
 * The rows' own suites go deeper; these show that the row is true.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { proveEquivalent, proveProperties } from '../src/formal/index.js';
import {
  array,
  asyncFifo,
  bit,
  clockDomain,
  component,
  emitVerilog,
  external,
  fixed,
  HdlError,
  sint,
  stream,
  streams,
  synchronize,
  uint,
  type SInt,
  type UInt,
} from '../src/hdl/index.js';
import { simulate } from '../src/sim/index.js';
import { lintFast } from './helpers/lint.js';

/** The error of the catalogue that a program is refused with. */
const refusal = (program: () => unknown): HdlError => {
  try {
    program();
  } catch (error) {
    if (error instanceof HdlError) return error;
    throw error;
  }
  throw new Error('the program is accepted');
};

const mac = component(
  'mac',
  { in: { en: bit, clear: bit, act: sint(8), weight: sint(4) }, out: { acc: sint(24) } },
  ({ en, clear, act, weight }, m) => {
    const { sum } = m.regs({ sum: sint(24) });
    const product = act.mul(weight);
    m.label({ product });
    m.when(clear, () => {
      sum.next = 0;
    }).elseWhen(en, () => {
      sum.next = sum.add(product).wrap(24);
    });
    return { acc: sum };
  },
);
const macVerilog = emitVerilog(mac.design).files[0]?.text ?? '';

describe('the feature table', () => {
  it('width safety: widths grow by value range and are cut only by name', () => {
    const terms = array(64, sint(8));
    const sum = component('sum', { in: { terms }, out: { total: sint(14) } }, ({ terms: values }) => ({
      total: values.reduce((a, b) => a.add(b)),
    }));
    expect(sum.design.ports.at(-1)?.type.width).toBe(14);
    const cut = (): unknown =>
      component('cut', { in: { a: sint(8) }, out: { y: sint(8) } }, ({ a }) => ({ y: a.add(a) }));
    expect(refusal(cut).code).toBe('HDL004');
  });

  it('signed kept in host types: mixing does not compile', () => {
    component('mixed', { in: { a: uint(4), b: sint(4) }, out: { y: sint(6) } }, ({ a, b }) => {
      expectTypeOf(a).toEqualTypeOf<UInt>();
      expectTypeOf(b).toEqualTypeOf<SInt>();
      // @ts-expect-error an unsigned signal is no operand of a signed one
      const wrong = (): unknown => b.add(a);
      expect(typeof wrong).toBe('function');
      return { y: b.add(a.toSint()) };
    });
  });

  it('fixed point: integers with a binary point, rounding by name', () => {
    const scale = component(
      'scale',
      { in: { x: fixed(8, 4), gain: fixed(6, 5) }, out: { y: fixed(8, 4) } },
      ({ x, gain }) => ({ y: x.mul(gain).round(4, 'halfEven').saturate(8) }),
    );
    const sim = simulate(scale.design);
    sim.poke('x', 40); // 2.5
    sim.poke('gain', 16); // 0.5
    expect(sim.peek('y')).toBe(20n); // 1.25
    const silent = (): unknown =>
      component('silent', { in: { x: fixed(8, 4) }, out: { y: fixed(8, 2) } }, ({ x }) => ({ y: x }));
    expect(refusal(silent).code).toBe('HDL029');
  });

  it('bundles: nested objects and arrays are ports', () => {
    const pixel = { red: uint(2), green: uint(2) };
    const swap = component(
      'swap',
      { in: { pixel }, out: { swapped: pixel } },
      ({ pixel: { red, green } }) => ({
        swapped: { red: green, green: red },
      }),
    );
    expect(swap.design.ports.map(({ name }) => name)).toEqual([
      'pixel_red',
      'pixel_green',
      'swapped_red',
      'swapped_green',
    ]);
  });

  it('ready-valid: a stream is one value, with combinators', () => {
    const word = stream(uint(8));
    const pipe = component('pipe', { in: { a: word }, out: { b: word } }, ({ a }, m) => ({
      b: streams.skid(
        m,
        'slice',
        streams.map(a, (value) => value.add(1).wrap(8)),
      ),
    }));
    const sim = simulate(pipe.design);
    sim.poke('a_payload', 41);
    sim.poke('a_valid', 1);
    sim.step();
    expect([sim.peek('b_payload'), sim.peek('b_valid'), sim.peek('a_ready')]).toEqual([42n, 1n, 1n]);
  });

  it('clock domains: one by default, others by name, each with its clock and reset', () => {
    const fifo = asyncFifo({ word: uint(8), depth: 4, read: clockDomain('fast') });
    const text = emitVerilog(fifo.design).files.at(-1)?.text ?? '';
    expect(text).toContain('posedge clk)');
    expect(text).toContain('posedge fast_clk)');
  });

  it('memory and ROM contents: inline or in a file', () => {
    const table = (initStyle: 'inline' | 'file') =>
      component(`table_${initStyle}`, { in: { at: uint(2) }, out: { word: uint(8) } }, ({ at }, m) => {
        const words = m.memory('words', { word: uint(8), depth: 4, init: [[5, 6, 7, 8]], initStyle });
        return { word: words.read(at) };
      });
    expect(emitVerilog(table('inline').design).files[0]?.text).toContain("words[2] = 8'd7");
    const files = emitVerilog(table('file').design).files;
    expect(files.find(({ name }) => name.endsWith('.hex'))?.text).toBe('05\n06\n07\n08\n');
    const sim = simulate(table('file').design);
    sim.poke('at', 3);
    sim.step();
    expect(sim.peek('word')).toBe(8n);
  });

  it('state machines: every state has an arm, and is reached', () => {
    const machine = (): unknown =>
      component('machine', { in: { go: bit }, out: { busy: bit } }, ({ go }, m) => {
        const state = m.states('state', ['idle', 'busy', 'lost']);
        m.switch(state, {
          idle: () => {
            m.when(go, () => {
              state.next = 'busy';
            });
          },
          busy: () => {
            state.next = 'idle';
          },
          lost: () => {
            state.next = 'idle';
          },
        });
        // @ts-expect-error an arm is missing
        const incomplete = (): void => m.switch(state, { idle: () => undefined, busy: () => undefined });
        expect(typeof incomplete).toBe('function');
        return { busy: state.is('busy') };
      });
    expect(refusal(machine).code).toBe('HDL026');
    expect(refusal(machine).message).toContain('lost');
  });

  it('external Verilog: typed ports, the same call', () => {
    const cell = external('SB_GB', {
      in: { USER_SIGNAL_TO_GLOBAL_BUFFER: bit },
      out: { GLOBAL_BUFFER_OUTPUT: bit },
    });
    const user = component('user', { in: { a: bit }, out: { y: bit } }, ({ a }) => {
      // @ts-expect-error there is no such port
      const wrong = (): unknown => cell('gb', { INPUT: a });
      expect(typeof wrong).toBe('function');
      return { y: cell('gb_0', { USER_SIGNAL_TO_GLOBAL_BUFFER: a }).GLOBAL_BUFFER_OUTPUT };
    });
    expect(emitVerilog(user.design).files[0]?.text).toContain('SB_GB gb_0 (');
  });

  it('generics: plain functions', () => {
    const delay = (width: number, stages: number) =>
      component(
        `delay_w${width}_s${stages}`,
        { in: { x: uint(width) }, out: { y: uint(width) } },
        ({ x }, m) => ({
          y: m.delay(x, stages),
        }),
      );
    expect(delay(3, 5).design.regs).toHaveLength(5);
  });

  it('names: object keys and labels', () => {
    expect(macVerilog).toMatch(/reg signed \[23:0\] sum;/);
    expect(macVerilog).toMatch(/wire signed \[11:0\] product = act \* weight;/);
  });

  it('source lines: as comments and as a JSON map, by option', () => {
    const { files } = emitVerilog(mac.design, { lineComments: true, sourceMap: true });
    expect(files.find(({ name }) => name === 'mac.v')?.text).toMatch(/\/\/ test\/features\.test\.ts:\d+/);
    expect(files.find(({ name }) => name === 'mac.map.json')?.text).toContain('test/features.test.ts');
    expect(macVerilog).not.toContain('features.test.ts');
  });

  it('combinational loops: the named path', () => {
    const ring = (): unknown =>
      component('ring', { in: { a: bit }, out: { y: bit } }, ({ a }, m) => {
        const { start } = m.wires({ start: bit });
        const gated = start.and(a);
        m.label({ gated });
        start.value = gated;
        return { y: start };
      });
    expect(refusal(ring).message).toContain('gated -> start -> gated');
  });

  it('latches: impossible, a wire is driven on every path', () => {
    const half = (): unknown =>
      component('half', { in: { a: bit }, out: { y: bit } }, ({ a }, m) => {
        const { w } = m.wires({ w: bit });
        m.when(a, () => {
          w.value = 1;
        });
        return { y: w };
      });
    expect(refusal(half).code).toBe('HDL008');
  });

  it('multiple drivers: an error that shows both lines', () => {
    const twice = (): unknown =>
      component('twice', { in: { a: bit }, out: { y: bit } }, ({ a }, m) => {
        const { r } = m.regs({ r: bit });
        r.next = a;
        r.next = a.not();
        return { y: r };
      });
    const { code, locations } = refusal(twice);
    expect(code).toBe('HDL007');
    expect(new Set(locations.map(({ line }) => line)).size).toBe(2);
  });

  it('clock crossings: an error without a synchronizer', () => {
    const fast = clockDomain('fast');
    const crossing = (isSafe: boolean): unknown =>
      component(`crossing_${isSafe}`, { in: { a: bit }, out: { y: fast.port(bit) } }, ({ a }, m) =>
        m.inDomain(fast, () => ({ y: isSafe ? synchronize(m, a) : m.delay(a, 1) })),
      );
    expect(refusal(() => crossing(false)).code).toBe('HDL023');
    expect(() => crossing(true)).not.toThrow();
  });

  it('latencies: a declared one is verified, mixing is an error, align repairs it', () => {
    const face = { in: { a: sint(4), b: sint(4), c: sint(8) }, out: { y: sint(9) }, latency: 1 };
    const madd = (isAligned: boolean): unknown =>
      component(`madd_${isAligned}`, face, ({ a, b, c }, m) => {
        const product = m.delay(a.mul(b), 1);
        const terms = isAligned ? m.align({ product, c }) : { product, c };
        return { y: terms.product.add(terms.c) };
      });
    expect(refusal(() => madd(false)).code).toBe('HDL027');
    expect(() => madd(true)).not.toThrow();
  });

  it('simulator: compiled, in process', () => {
    const sim = simulate(mac.design);
    const { acc = [] } = sim.run(1000, {
      en: new Array<number>(1000).fill(1),
      act: new Array<number>(1000).fill(-3),
      weight: new Array<number>(1000).fill(7),
      clear: new Array<number>(1000).fill(0),
    });
    expect(Number(acc[999])).toBe(999 * -21);
  });

  it('formal: properties and equivalence are proved for all inputs', async () => {
    const counter = (isWrong: boolean) =>
      component(`counter_${isWrong}`, { in: { en: bit }, out: { value: uint(4) } }, ({ en }, m) => {
        const { count } = m.regs({ count: uint(4) });
        m.when(en, () => {
          count.next = count.eq(isWrong ? 11 : 9).mux(m.constant(uint(4), 0), count.add(1).wrap(4));
        });
        m.assert(count.le(9), 'the counter is decimal');
        return { value: count };
      }).design;
    expect((await proveProperties(counter(false))).asserts?.verdict).toBe('proved');
    expect((await proveProperties(counter(true))).asserts?.verdict).toBe('refuted');
    const sum = (name: string, isSwapped: boolean) =>
      component(name, { in: { a: sint(6), b: sint(6) }, out: { y: sint(7) } }, ({ a, b }) => ({
        y: isSwapped ? b.add(a) : a.add(b),
      })).design;
    expect((await proveEquivalent(sum('one', false), sum('other', true))).verdict).toBe('proved');
  });

  it('docs: executed guide, cookbook, error index, side by side', () => {
    const pages = [
      'guide',
      'cookbook',
      'errors',
      'coming-from',
      'simulation',
      'streams',
      'clock-domains',
      'latency',
      'fixed-point',
      'prove',
    ];
    expect(
      pages.filter((page) => !existsSync(join(import.meta.dirname, '..', 'docs', `${page}.md`))),
    ).toEqual([]);
    expect(readFileSync(join(import.meta.dirname, 'docs', 'pages.test.ts'), 'utf8')).toContain('type-check');
  });

  it('editor experience: plain TypeScript, the ports are in the types', () => {
    type MacInputs = Parameters<typeof mac>[1];
    expectTypeOf<keyof MacInputs>().toEqualTypeOf<'en' | 'clear' | 'act' | 'weight'>();
    expectTypeOf<ReturnType<typeof mac>>().toEqualTypeOf<{ readonly acc: SInt }>();
  });

  it('large arrays: one module however many instances', () => {
    const row = component('row', { in: { a: sint(8) }, out: { y: array(64, sint(24)) } }, ({ a }) => ({
      y: Array.from(
        { length: 64 },
        (_, i) => mac(`mac_${i}`, { en: 1, clear: 0, act: a, weight: -8 + (i % 16) }).acc,
      ),
    }));
    expect(emitVerilog(row.design).files.map(({ name }) => name)).toEqual(['mac.v', 'row.v']);
  });

  it('readable Verilog: the multiply-accumulate is as short as by hand, and lint-clean', () => {
    expect(macVerilog.trim().split('\n').length).toBeLessThanOrEqual(34);
    expect(macVerilog).toContain('end else if (clear) begin');
    expect(lintFast(emitVerilog(mac.design).files, 'mac')).toBe('');
  });
});
