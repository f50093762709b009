import { describe, expect, it } from 'vitest';
import { designs } from '../../bench/designs/index.js';
import { simulate } from '../../src/sim/index.js';

describe('the designs of bench/simulate', () => {
  it.each(designs.filter(({ checksum }) => checksum !== undefined))(
    '$name has the checksum that every other simulator finds after 10,000 cycles',
    ({ make, checksum }) => {
      const sim = simulate(make().design);
      sim.step(10_000);
      expect(sim.peekNumber('checksum').toString(16).padStart(8, '0')).toBe(checksum);
    },
  );
});
