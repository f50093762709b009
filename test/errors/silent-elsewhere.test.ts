import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bit, component, HdlError, uint } from '../../src/hdl/index.js';

/** Mistakes that other languages may take without a word, by the heading of their section in docs/silent-elsewhere.md. */
const programs: Readonly<Record<string, () => unknown>> = {
  'A word cut to four bits': () =>
    component('cut', { in: { a: uint(8) }, out: { y: uint(4) } }, ({ a }) => ({ y: a })),
  'Two drivers of one output': () =>
    component('twice', { in: { a: bit, b: bit }, out: { y: bit } }, ({ a, b }, m) => {
      const { x } = m.wires({ x: bit });
      x.value = a;
      x.value = b;
      return { y: x };
    }),
  'A constant too wide for its target': () =>
    component('wide', { in: {}, out: { y: uint(4) } }, () => ({ y: 100 })),
  'A negative constant for an unsigned target': () =>
    component('below', { in: {}, out: { y: uint(4) } }, () => ({ y: -1 })),
  'A signal as a condition of the host language': () =>
    component('host', { in: { a: uint(4), b: uint(4) }, out: { y: bit } }, ({ a, b }) => ({
      y: a < b ? 1 : 0,
    })),
};

const sections = new Map(
  readFileSync('docs/silent-elsewhere.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

describe('docs/silent-elsewhere.md', () => {
  it('has one section per program', () => {
    expect([...sections.keys()]).toEqual(Object.keys(programs));
  });

  it.each(Object.entries(programs))('%s: quotes the message', (heading, program) => {
    let message = 'no error';
    try {
      program();
    } catch (error) {
      if (!(error instanceof HdlError)) throw error;
      message = `${error.code}: ${error.sentence}; ${error.fix}`;
    }
    expect(sections.get(heading)).toContain(message);
  });
});
