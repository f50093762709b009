import { describe, expect, it } from 'vitest';
import { bit, component, external, HdlError, uint, type ModuleBuilder, type UInt } from './index.js';

const errorOf = (make: () => unknown): string => {
  try {
    make();
    return 'nothing';
  } catch (error) {
    return error instanceof HdlError ? `${error.code}: ${error.sentence}` : String(error);
  }
};

const face = { in: { a: uint(4), b: bit }, out: { y: uint(4) } } as const;

describe('signals of another component are refused', () => {
  const strangers: UInt[] = [];
  component('first', face, ({ a, b }) => {
    strangers.push(a, b);
    return { y: a.add(b).wrap(4) };
  });
  const [number, flag] = strangers;
  if (number === undefined || flag === undefined) throw new Error('the body runs once');
  const uses: Record<string, (m: ModuleBuilder, own: UInt) => unknown> = {
    'enable of a write': (m, own) =>
      m.memory('words', { word: uint(4), depth: 16 }).write(own, own, { enable: flag }),
    'mask of a write': (m, own) =>
      m.memory('words', { word: uint(4), depth: 16, lanes: 4 }).write(own, own, { mask: number }),
    'enable of a read': (m, own) => m.memory('words', { word: uint(4), depth: 16 }).read(own, flag),
    'subject of a switch': (m) => {
      m.switchValue(number, []);
    },
    'distance of a shift left': (_, own) => own.shl(flag),
    'distance of a shift right': (_, own) => own.shr(number),
    label: (m) => {
      m.label({ stranger: number.add(1) });
    },
    'm.unused': (m) => {
      m.unused(number);
    },
    'm.latency': (m) => {
      m.latency(number, 1);
    },
  };
  it.each(Object.entries(uses))('as %s', (_, use) => {
    const second = (): unknown =>
      component('second', face, ({ a, b }, m) => {
        use(m, a);
        return { y: a.add(b).wrap(4) };
      });
    expect(errorOf(second)).toMatch(/^HDL017: .* belongs to component first and was used in second$/);
  });
});

it('a finished component gets no further memory ports', () => {
  const late: (() => unknown)[] = [];
  const { design } = component('done', face, ({ a, b }, m) => {
    const words = m.memory('words', { word: uint(4), depth: 16 });
    words.write(a, a, { enable: b });
    late.push(
      () => words.readNow(a),
      () => {
        words.write(a, a);
      },
    );
    return { y: words.read(a) };
  });
  expect(late.map(errorOf)).toEqual([
    'HDL016: a read of words is used after the body of done has returned',
    'HDL016: a write of words is used after the body of done has returned',
  ]);
  expect(design.memories.map(({ readPorts, writePorts }) => [readPorts.length, writePorts.length])).toEqual([
    [1, 1],
  ]);
});

describe('a mistake in a body', () => {
  it('makes each of the bodies around it run once more at most', () => {
    let runs = 0;
    const nested = (depth: number): ReturnType<typeof component<typeof face.in, typeof face.out>> =>
      component(`level_${depth}`, face, ({ a, b }, m) => {
        runs++;
        if (depth === 0) m.regs({ a: bit });
        return nested(depth - 1)('inner', { a, b });
      });
    expect(errorOf(() => nested(12))).toBe('HDL003: level_0 already has something named a');
    expect(runs).toBe(14);
  });

  it('is reported although the body does something else when it runs again', () => {
    let runs = 0;
    const once = (): unknown =>
      component('once', face, ({ a, b }, m) => {
        if (runs++ > 0) throw new Error('the file was read already');
        m.regs({ a: bit });
        return { y: a.add(b).wrap(4) };
      });
    expect(errorOf(once)).toBe('HDL003: once already has something named a');
  });
});

it('an unsigned choice has no negative side', () => {
  const made = (): unknown => component('choice', face, ({ a, b }) => ({ y: b.mux(a, -1).add(0).wrap(4) }));
  expect(errorOf(made)).toBe('HDL005: -1 is negative and a : uint(4) is unsigned');
});

it('a constant that a delay resets to another value is delayed', () => {
  const { regs } = component('started', { in: {}, out: { ready: bit, one: bit } }, (_, m) => {
    const one = m.constant(bit, 1);
    return { ready: m.delay(one, 3, { reset: 0 }), one: m.delay(one, 3, { reset: 1 }) };
  }).design;
  expect(regs.map(({ reset }) => reset)).toEqual([0n, 0n, 0n]);
});

it('a cell has a legal name, and ports with different legal names', () => {
  const ports = { in: { aB: bit }, out: { y: bit } };
  expect(errorOf(() => external('SB CELL', ports))).toBe(
    'HDL002: the cell name "SB CELL" is no Verilog identifier',
  );
  expect(errorOf(() => external('CELL', { in: { wire: bit }, out: {} }))).toBe(
    'HDL002: the port name wire is a reserved word',
  );
  expect(errorOf(() => external('CELL', { ...ports, out: { a_b: bit } }))).toBe(
    'HDL003: the cell CELL has two ports named a_b',
  );
});

it('two modules whose files differ in capitals only are refused', () => {
  const small = component('pe', face, ({ a, b }) => ({ y: a.add(b).wrap(4) }));
  const large = component('PE', face, ({ a, b }) => ({ y: a.sub(b).asUint().wrap(4) }));
  const made = (): unknown =>
    component('both', face, ({ a, b }) => ({ y: small('u', { a: large('v', { a, b }).y, b }).y }));
  expect(errorOf(made)).toBe('HDL012: both contains two different designs named PE and pe');
});
