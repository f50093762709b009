/** Clock domains in the language, the checks and the emitted Verilog. */
import { describe, expect, it } from 'vitest';
import { lintFast, yosysComplaints } from '../../test/helpers/lint.js';
import {
  asyncFifo,
  bit,
  clockDomain,
  component,
  defaultDomain,
  emitVerilog,
  external,
  fromGray,
  HdlError,
  pulseCrossing,
  synchronize,
  toGray,
  uint,
  type ModuleBuilder,
  type UInt,
} from './index.js';

const fast = clockDomain('fast');
const video = clockDomain('video', { reset: false });

/** A body with a bit of the default domain in, and one of `fast` out. */
const crossing = (body: (level: UInt, m: ModuleBuilder) => UInt): (() => unknown) => {
  return () =>
    component('crossing', { in: { level: bit }, out: { seen: fast.port(bit) } }, ({ level }, m) => ({
      seen: body(level, m),
    }));
};
const message = (program: () => unknown): string => {
  try {
    program();
  } catch (error) {
    if (error instanceof HdlError) return error.message;
    throw error;
  }
  return 'no error';
};
const inFast = (m: ModuleBuilder, name: string, value: UInt): UInt =>
  m.inDomain(fast, () => m.pipe(name, value));
const invert = component('invert', { in: { a: bit }, out: { y: bit } }, ({ a }) => ({ y: a.not() }));
const keep = component('keep', { in: { a: bit }, out: { y: bit } }, ({ a }, m) => ({ y: m.pipe('kept', a) }));

describe('an unsynchronized crossing is found', () => {
  it.each<[string, (level: UInt, m: ModuleBuilder) => UInt, string]>([
    [
      'straight into an output',
      (level) => level,
      'level : bit of the default domain is read by the output seen of domain fast',
    ],
    ['into a register', (level, m) => inFast(m, 'q', level), 'level -> q'],
    [
      'through named signals and a component without a clock',
      (level, m) => {
        const { held } = m.wires({ held: bit });
        held.value = level;
        const { y } = invert('inverter', { a: held });
        const { both } = { both: y.and(held) };
        m.label({ both });
        return inFast(m, 'q', both);
      },
      'level -> held -> both -> q',
    ],
    [
      'through a condition',
      (level, m) =>
        m.inDomain(fast, () => {
          const { q } = m.regs({ q: bit });
          m.when(level, () => {
            q.next = q.not();
          });
          return q;
        }),
      'level -> q',
    ],
    [
      'through the address of a read',
      (level, m) => {
        const memory = m.memory('words', { word: bit, depth: 2, init: [[0, 1]] });
        return m.inDomain(fast, () => memory.read(level));
      },
      'the read port of memory words of domain fast',
    ],
    [
      'into an instance',
      (level, m) => m.inDomain(fast, () => keep('inner', { a: level }).y),
      'the input inner.a of domain fast',
    ],
    ['out of an instance', (level) => keep('inner', { a: level }).y, 'inner.y : bit of the default domain'],
    [
      'into an assertion',
      (level, m) =>
        m.inDomain(fast, () => {
          m.assert(level, 'stays up');
          return m.constant(bit, 0);
        }),
      'the assertion "stays up" of domain fast',
    ],
    [
      'into a component that takes two domains',
      (level, m) => {
        const { y } = m.inDomain(fast, () => keep('inner', { a: m.constant(bit, 1) }));
        return invert('inverter', { a: y.and(level) }).y;
      },
      'level -> seen',
    ],
    [
      'into an external cell',
      (level, m) => {
        const cell = external('CELL', { in: { d: bit }, out: { q: bit }, clockPort: 'CK' });
        return m.inDomain(fast, () => cell('flop', { d: level }).q);
      },
      'the input flop.d of domain fast',
    ],
  ])('%s', (_, body, part) => {
    const text = message(crossing(body));
    expect(text).toMatch(/^HDL023: /);
    expect(text).toContain(part);
    expect(text).toMatch(/domains\.test\.ts:\d+/);
  });
});

describe('what may cross', () => {
  it('is what synchronizers, memories and constants carry, and what stays in its domain', () => {
    const accepted = crossing((level, m) => {
      const memory = m.memory('words', { word: bit, depth: 2 });
      memory.write(m.pipe('at', level), level);
      return m.inDomain(fast, () => {
        const seen = synchronize(m, level);
        const { y } = keep('inner', { a: seen });
        return invert('inverter', { a: memory.read(y) }).y.and(m.constant(bit, 1));
      });
    });
    expect(message(accepted)).toBe('no error');
  });

  it('is looked for behind 50,000 operations', () => {
    const deep = crossing((level, m) => {
      let value = level;
      for (let i = 0; i < 50_000; i++) value = value.xor(value.not().and(level));
      const held = m.pipe('held', value);
      return m.inDomain(fast, () => synchronize(m, held));
    });
    expect(message(deep)).toBe('no error');
  });

  it('is refused where a domain is misused', () => {
    expect(
      message(crossing((level, m) => m.inDomain(fast, () => synchronize(m, level, { stages: 1 })))),
    ).toMatch(/^HDL024: .*1 stages/);
    const word = crossing((level, m) => {
      const { count } = m.regs({ count: uint(4) });
      count.next = count.add(level).wrap(4);
      return m.inDomain(fast, () => synchronize(m, count).bit(0));
    });
    expect(message(word)).toMatch(/^HDL024: count : uint\(4\) is synchronized bit by bit/);
    const logic = crossing((level, m) => {
      const held = m.pipe('held', level);
      return m.inDomain(fast, () => synchronize(m, held.and(level)));
    });
    expect(message(logic)).toMatch(/^HDL024: the synchronizer .* reads logic, held\.and\(level\)/);
    const twice = crossing((level, m) => {
      const memory = m.memory('words', { word: bit, depth: 2 });
      memory.write(level, level);
      return m.inDomain(fast, () => {
        const seen = synchronize(m, level);
        memory.write(seen, seen);
        return memory.read(seen);
      });
    });
    expect(message(twice)).toMatch(
      /^HDL024: memory words is written in the default domain and in domain fast/,
    );
    const both = crossing((_, m) => {
      m.inDomain(fast, () => m.pipe('a', m.constant(bit, 1)));
      return m.inDomain(clockDomain('fast', { reset: false }), () => m.pipe('b', m.constant(bit, 1)));
    });
    expect(message(both)).toMatch(/^HDL024: domain fast is used both with a reset and without/);
    expect(message(() => clockDomain('2x'))).toMatch(/^HDL024: .*"2x"/);
    expect(message(() => asyncFifo({ word: bit, depth: 6 }))).toMatch(/^HDL024: .*depth 6/);
    const taken = crossing((level, m) => m.inDomain(fast, () => m.pipe('fast_clk', synchronize(m, level))));
    expect(message(taken)).toMatch(/^HDL003: crossing has a clock fast_clk and a register fast_clk/);
  });
});

describe('the Design and its Verilog', () => {
  const fifo = asyncFifo({ word: { x: uint(5), y: bit }, depth: 8, write: video, read: fast });
  const pulses = pulseCrossing({ to: fast });
  const top = component(
    'three_clocks',
    {
      in: { go: bit, x: video.port(uint(5)), y: video.port(bit), put: video.port(bit), get: fast.port(bit) },
      out: {
        x_out: fast.port(uint(5)),
        y_out: fast.port(bit),
        some: fast.port(bit),
        hits: fast.port(uint(4)),
        room: video.port(bit),
      },
    },
    ({ go, x, y, put, get }, m) => {
      const { space } = m.wires({ space: bit });
      const { out } = fifo('fifo', { in: { payload: { x, y }, valid: put, ready: space } });
      const { out_pulse } = pulses('pulses', { in_pulse: go });
      return m.inDomain(fast, () => {
        out.ready.value = get;
        const { count } = m.regs({ count: uint(4) });
        m.when(out_pulse, () => {
          count.next = count.add(1).wrap(4);
        });
        m.assert(count.lt(15), 'few pulses');
        return { x_out: out.payload.x, y_out: out.payload.y, some: out.valid, hits: count, room: space };
      });
    },
  );

  it('name the domains in use, and bring their ports only where they are needed', () => {
    expect(top.design).toMatchObject({ usesClock: true, usesReset: true });
    expect(top.design.domains).toEqual([
      { name: 'fast', usesReset: true },
      { name: 'video', usesReset: false },
    ]);
    const text = emitVerilog(top.design).files.at(-1)?.text ?? '';
    expect(text).toContain('  input  wire       fast_rst,\n');
    expect(text).not.toContain('video_rst');
    expect(text).toContain('.video_clk(video_clk)');
    expect(text).toMatch(/always @\(posedge fast_clk\) begin\n {4}if \(fast_rst\) begin\n {6}count <= /);
    expect(text).toMatch(/`ifndef SYNTHESIS\n {2}always @\(posedge fast_clk\) begin\n {4}if \(!fast_rst\)/);
  });

  it('please every linter', { timeout: 120_000 }, async () => {
    const { files } = emitVerilog(top.design);
    expect(lintFast(files, 'three_clocks')).toBe('');
    expect(await yosysComplaints(files, 'three_clocks')).toEqual('');
  });
});

it('Gray codes of neighbours differ in one bit and turn back into their numbers', () => {
  component('gray', { in: { n: uint(6) }, out: { code: uint(6), back: uint(6) } }, ({ n }) => ({
    code: toGray(n),
    back: fromGray(toGray(n)),
  }));
});

it('a mapping names domains that the instances have', () => {
  const child = component('child', { in: { a: fast.port(bit) }, out: { y: fast.port(bit) } }, ({ a }, m) =>
    m.inDomain(fast, () => ({ y: m.delay(a, 1) })),
  );
  const parent = (inner: string) => (): unknown =>
    component('parent', { in: { a: bit }, out: { y: bit } }, ({ a }, m) =>
      m.mapDomains({ [inner]: defaultDomain }, () => child('child_0', { a })),
    );
  expect(message(parent('fast'))).toBe('no error');
  expect(message(parent('fats'))).toContain('HDL024: no instance made here has a domain fats');
});
