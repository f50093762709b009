/** Many stimuli at once against as many simulations. */

import { describe, expect, it } from 'vitest';
import { bit, component, sint, uint } from '../hdl/index.js';
import { simulate, simulateLanes } from './index.js';

const mac = component(
  'mac',
  { in: { clear: bit, a: sint(8), b: sint(8) }, out: { sum: sint(24), big: bit } },
  ({ clear, a, b }, m) => {
    const { total } = m.regs({ total: sint(24) }, { reset: -5 });
    m.when(clear, () => {
      total.next = 0;
    }).otherwise(() => {
      total.next = total.add(a.mul(b)).wrap(24);
    });
    return { sum: total, big: total.gt(1000) };
  },
);

const store = component(
  'store',
  { in: { write: bit, address: uint(3), data: uint(8) }, out: { read: uint(8) } },
  ({ write, address, data }, m) => {
    const words = m.memory('words', { word: uint(8), depth: 8, init: [[]] });
    words.write(address, data, { enable: write });
    return { read: words.readNow(address) };
  },
);

const CYCLES = 40;
const column = (lane: number, seed: number, lo: number, hi: number): number[] =>
  Array.from(
    { length: CYCLES },
    (_, i) => lo + ((((i + 1) * 7919 * (lane + 3) + seed) >>> 3) % (hi - lo + 1)),
  );

describe('lanes', () => {
  it.each([3, 40])('are %i separate simulations', (lanes) => {
    const stimuli = Array.from({ length: lanes }, (_, lane) => ({
      clear: column(lane, 1, 0, 9).map((value) => (value === 0 ? 1 : 0)),
      a: column(lane, 2, -128, 127),
      b: column(lane, 3, -128, 127),
    }));
    const together = simulateLanes(mac.design, lanes);
    together.reset();
    const results = together.run(CYCLES, stimuli);
    stimuli.forEach((stimulus, lane) => {
      const alone = simulate(mac.design);
      alone.reset();
      expect(results[lane]).toEqual(alone.run(CYCLES, stimulus));
      expect(together.peek(lane, 'total')).toBe(alone.peek('total'));
    });
    together.poke(lanes - 1, 'clear', 1);
    together.step();
    expect(together.peek(lanes - 1, 'sum')).toBe(0n);
  });

  it('have memories of their own', () => {
    const stimuli = Array.from({ length: 33 }, (_, lane) => ({
      write: column(lane, 1, 0, 1),
      address: column(lane, 2, 0, 7),
      data: column(lane, 3, 0, 255),
    }));
    const results = simulateLanes(store.design, 33).run(CYCLES, stimuli);
    stimuli.forEach((stimulus, lane) => {
      expect(results[lane]).toEqual(simulate(store.design).run(CYCLES, stimulus));
    });
  });
});
