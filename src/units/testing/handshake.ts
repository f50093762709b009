/** Feeds a unit that takes values when it is ready, and collects what it marks as valid. */

import type { Simulation } from '../../sim/index.js';

export interface Handshake {
  /** Input port of the values and the bits beside it. */
  readonly value: string;
  readonly valid: string;
  readonly ready: string;
  /** Output port and the bit beside it. */
  readonly result: string;
  readonly resultValid: string;
}

export interface Collected {
  readonly result: bigint;
  /** The cycle in which it was valid. */
  readonly cycle: number;
}

/**
 * Offers `values` one after the other, in the cycles for which `offered` says so, and gives the first `count` results.
 * @throws RangeError when they have not come after `limit` cycles.
 */
export const throughHandshake = (
  simulation: Simulation,
  ports: Handshake,
  values: readonly bigint[],
  count: number,
  { offered = () => true, limit = 100_000 }: { offered?: (cycle: number) => boolean; limit?: number } = {},
): readonly Collected[] => {
  const collected: Collected[] = [];
  let taken = 0;
  for (let cycle = 0; collected.length < count; cycle++) {
    if (cycle === limit) throw new RangeError(`${collected.length} of ${count} results in ${limit} cycles`);
    const offers = taken < values.length && offered(cycle);
    simulation.poke(ports.valid, offers ? 1 : 0);
    simulation.poke(ports.value, values[taken] ?? 0n);
    if (simulation.peek(ports.resultValid) === 1n)
      collected.push({ result: simulation.peek(ports.result), cycle });
    if (offers && simulation.peek(ports.ready) === 1n) taken++;
    simulation.step();
  }
  return collected;
};
