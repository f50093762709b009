import { expect, it } from 'vitest';
import { runIcarus, simulate, sourceOf } from '../sim/index.js';
import { lookForTool } from '../tools/index.js';
import { bit, clockDomain, component, uint } from './index.js';

it('a read that a branch makes gives zeros past the end whether or not the branch is taken', () => {
  const { design } = component(
    'branch',
    { in: { at: uint(4), go: bit }, out: { q: uint(8) } },
    ({ at, go }, m) => {
      const words = m.memory('words', { word: uint(8), depth: 8, init: (i) => i + 1, outOfRange: 'zero' });
      const { word } = m.wires({ word: uint(8) });
      m.when(go, () => {
        word.value = words.read(at);
      }).otherwise(() => {
        word.value = 0;
      });
      return { q: word };
    },
  );
  const sim = simulate(design);
  const read = (at: number): bigint | number => {
    sim.poke('go', 0);
    sim.poke('at', at);
    sim.step();
    sim.poke('go', 1);
    return sim.peek('q');
  };
  expect([7, 8, 3, 15].map(read)).toEqual([8n, 0n, 4n, 0n]);
});

it('exclusive writes are checked in the clock domain of the memory', () => {
  const fast = clockDomain('fast');
  const face = { in: { a: fast.port(uint(2)), b: fast.port(uint(2)) }, out: { q: fast.port(uint(8)) } };
  const { design } = component('dual', face, ({ a, b }, m) =>
    m.inDomain(fast, () => {
      const words = m.memory('words', {
        word: uint(8),
        depth: 4,
        readDuringWrite: 'any',
        writeCollision: 'never',
      });
      words.write(a, 1);
      words.write(b, 2);
      return { q: words.read(a) };
    }),
  );
  const sim = simulate(design);
  sim.poke('a', 1);
  sim.tick('fast_clk');
  sim.poke('b', 1);
  expect(() => {
    sim.tick('fast_clk');
  }).toThrow('two ports write one word of words');
});

it('a memory of one word that is read where it is written ends every simulation', async () => {
  const face = { in: { a: bit, e: bit, f: bit }, out: { q: bit } };
  const { design } = component('single', face, ({ a, e, f }, m) => {
    const word = m.memory('word', { word: bit, depth: 1, readDuringWrite: 'never', outOfRange: 'any' });
    word.write(a, a, { enable: e });
    return { q: word.read(a, f) };
  });
  const stimulus = { rst: [0, 0, 0, 0], a: [0, 1, 0, 0], e: [1, 0, 1, 0], f: [0, 1, 1, 0] };
  expect(() => simulate(design).run(4, stimulus)).toThrow('word is read where it is written');
  if ((await lookForTool('iverilog')).found === undefined) return;
  expect((await runIcarus(sourceOf(design), 4, stimulus)).message).toContain(
    'word is read where it is written',
  );
});
