import { describe, expect, it } from 'vitest';
import { bit, component, uint } from '../hdl/index.js';
import { AssertionFailure, simulate } from './index.js';

const digit = component('digit', { in: { x: uint(4), on: bit }, out: { y: uint(4) } }, ({ x, on }, m) => {
  m.assume(x.lt(12), 'x stays below a dozen');
  m.when(on, () => m.assert(x.lt(10), 'x is a decimal digit'));
  return { y: x };
});

const top = component('top', { in: { x: uint(4), on: bit }, out: { y: uint(4) } }, (inputs) => ({
  y: digit('first', inputs).y,
}));

const failure = (x: number): unknown => {
  const sim = simulate(top.design);
  sim.poke('on', 1);
  sim.step(2);
  sim.poke('x', x);
  try {
    sim.step();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a property that fails', () => {
  it('names component, cycle, message and the line where the author wrote it', () => {
    const error = failure(11);
    expect(error).toBeInstanceOf(AssertionFailure);
    expect(error).toMatchObject({
      message: 'assertion failed in cycle 2 in first: x is a decimal digit (src/sim/properties.test.ts:7)',
      property: 'assert',
      instance: 'first',
      cycle: 2,
      location: { file: 'src/sim/properties.test.ts', line: 7 },
    });
  });

  it('is an assumption where the surroundings broke their promise', () => {
    expect(failure(13)).toMatchObject({
      message: 'assumption failed in cycle 2 in first: x stays below a dozen (src/sim/properties.test.ts:6)',
      property: 'assume',
    });
  });

  it('of a memory is where the memory was declared', () => {
    const buffer = component('buffer', { in: { at: uint(2) }, out: { q: uint(4) } }, ({ at }, m) => {
      const memory = m.memory('words', { word: uint(4), depth: 4, readDuringWrite: 'never' });
      memory.write(at, 1);
      return { q: memory.read(at) };
    });
    expect(() => simulate(buffer.design).step()).toThrow(
      'memory words is read where it is written (src/sim/properties.test.ts:50)',
    );
  });
});
