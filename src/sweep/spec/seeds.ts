/** Seeds for the placer: low seeds of a xorshift generator are related, so they are spread by a hash. */

import { createHash } from 'node:crypto';

/** The first `count` spread seeds, 0 .. 2^31 - 1, all different; the first ones of a longer list are those of a shorter one. */
export const spreadSeeds = (count: number): readonly number[] => {
  const seeds = new Set<number>();
  for (let index = 0; seeds.size < count; index++) {
    const digest = createHash('sha256').update(`nextpnr seed ${index}`).digest();
    seeds.add(digest.readUInt32BE(0) >>> 1);
  }
  return [...seeds];
};
