/** Random networks on random arrays; a second file holds other seeds, so that two workers share them. */

import { describe, expect, it } from 'vitest';
import { complaintAbout, seedsFrom } from './helpers/check-random.js';

describe('random accelerators equal the reference, cycle counts equal the prediction', () => {
  it.each(seedsFrom(1, 110))('seed %i', (seed) => {
    expect(complaintAbout(seed)).toBeUndefined();
  });
});
