import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { packTrits, unpackTrits } from './model.js';
import { tritDecoder } from './unit.js';

const trits = [-1n, 0n, 1n];
const fives = trits.flatMap((a) =>
  trits.flatMap((b) => trits.flatMap((c) => trits.flatMap((d) => trits.map((e) => [a, b, c, d, e])))),
);

describe('packTrits', () => {
  it('has a byte of its own for each of the 243 fives, which unpackTrits undoes', () => {
    const bytes = fives.map((five) => packTrits(five));
    expect(new Set(bytes.map(([byte]) => byte)).size).toBe(243);
    expect(bytes.every(([byte = -1, ...more]) => byte >= 0 && byte < 256 && more.length === 0)).toBe(true);
    expect(bytes.map((byte) => unpackTrits(byte, 5))).toEqual(fives);
  });

  it('fills the last byte up with 0 and gives back as many trits as asked for', () => {
    const list = [1n, -1n, -1n, 0n, 1n, -1n, -1n];
    expect(packTrits(list)).toHaveLength(2);
    expect(unpackTrits(packTrits(list), 7)).toEqual(list);
    expect(unpackTrits(packTrits(list), 10)).toEqual([...list, 0n, 0n, 0n]);
  });

  it('names the place of a value that is no trit', () => {
    expect(() => packTrits([0n, 2n])).toThrow('weight of row 1 must be -1, 0 or 1, not 2');
  });
});

describe('tritDecoder', () => {
  it('equals unpackTrits for all 256 bytes', () => {
    const simulation = simulate(tritDecoder().component.design);
    for (let byte = 0; byte < 256; byte++) {
      simulation.poke('code', byte);
      const decoded = Array.from({ length: 5 }, (_, i) => BigInt.asIntN(2, simulation.peek(`trit_${i}`)));
      expect({ byte, decoded }).toEqual({ byte, decoded: unpackTrits([byte], 5) });
    }
  });
});
