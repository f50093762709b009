import { describe, expect, it } from 'vitest';
import {
  bit,
  cat,
  component,
  HdlError,
  uint,
  type ModuleBuilder,
  type UInt,
  type UIntReg,
} from '../index.js';

type Program = (n: UIntReg, inputs: { readonly go: UInt; readonly x: UInt }, m: ModuleBuilder) => void;

const code = (program: Program, options: { readonly powerUp?: number } = {}): string => {
  try {
    component('unit', { in: { go: bit, x: uint(8) }, out: { q: uint(8) } }, ({ go, x }, m) => {
      const { n } = m.regs({ n: uint(8) }, { reset: false, ...options });
      m.unused(go, x);
      program(n, { go, x }, m);
      return { q: n };
    });
  } catch (error) {
    if (error instanceof HdlError) return error.code;
    throw error;
  }
  return 'fine';
};

const count: Program = (n) => {
  n.next = n.add(1).wrap(8);
};

describe('a register without reset', () => {
  it.each<[string, Program]>([
    ['counts for ever', count],
    ['counts when told', (n, { go }, m) => void m.when(go, () => count(n, { go, x: go }, m))],
    ['toggles', (n) => void (n.next = n.not())],
    ['adds an input up', (n, { x }) => void (n.next = n.add(x).wrap(8))],
    ['is masked', (n) => void (n.next = n.add(1).wrap(8).and(15))],
    [
      'copies another such register, which copies it back',
      (n, _, m) => {
        const { back } = m.regs({ back: uint(8) }, { reset: false });
        back.next = n;
        n.next = back.add(1).wrap(8);
      },
    ],
    [
      'reads itself through a wire',
      (n, { go }, m) => {
        const { w } = m.wires({ w: uint(8) });
        m.when(go, () => void (w.value = n.add(1).wrap(8))).otherwise(() => void (w.value = n));
        n.next = w;
      },
    ],
  ])('that %s is never defined', (_, program) => {
    expect(code(program)).toBe('HDL030');
  });

  it.each<[string, Program]>([
    ['takes an input', (n, { x }) => void (n.next = x)],
    [
      'is loaded sometimes',
      (n, { go, x }, m) => m.when(go, () => void (n.next = x)).otherwise(() => count(n, { go, x }, m)),
    ],
    ['is cleared by a choice', (n, { go }) => void (n.next = go.not().mux(n.add(1).wrap(8), 0))],
    ['is cleared by a mask', (n, { x }) => void (n.next = n.add(1).wrap(8).and(x))],
    ['is a shift register', (n, { go }) => void (n.next = cat(n.bits(6, 0), go))],
    ['shifts its bits out', (n) => void (n.next = n.shr(1))],
    [
      'follows a chain of others, the last written first',
      (n, { x }, m) => {
        const { a, b } = m.regs({ a: uint(8), b: uint(8) }, { reset: false });
        n.next = b;
        b.next = a;
        a.next = x;
      },
    ],
    [
      'goes round in a ring that one input enters',
      (n, { go, x }, m) => {
        const { a, b } = m.regs({ a: uint(8), b: uint(8) }, { reset: false });
        a.next = n;
        b.next = go.mux(x, a);
        n.next = b.add(1).wrap(8);
      },
    ],
  ])('that %s is defined some day', (_, program) => {
    expect(code(program)).toBe('fine');
  });

  it('with a power-up value is defined from the start', () => {
    expect(code(count, { powerUp: 0 })).toBe('fine');
  });
});
