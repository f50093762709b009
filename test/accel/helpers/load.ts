/** Driving the configuration stream of a reloadable accelerator. */

import type { Simulation } from '../../../src/sim/index.js';

/** Sends beats, `last` with the final one, and stops. @throws Error when a beat is not taken within 100,000 cycles. */
export const sendImage = (simulation: Simulation, image: ArrayLike<number>, { last = true } = {}): void => {
  for (let beat = 0; beat < image.length; beat++) {
    simulation.poke('cfg_valid', 1);
    simulation.poke('cfg_payload', image[beat] ?? 0);
    simulation.poke('cfg_last', last && beat === image.length - 1 ? 1 : 0);
    for (let waited = 0; simulation.peek('cfg_ready') !== 1n; waited++) {
      if (waited > 100_000) throw new Error(`beat ${beat} of ${image.length} was never taken`);
      simulation.step();
    }
    simulation.step();
  }
  simulation.poke('cfg_valid', 0);
  simulation.poke('cfg_last', 0);
  simulation.step(2);
};

/** The image with one beat changed. */
export const changed = (image: Uint16Array, at: number, by = 1): Uint16Array =>
  image.map((beat, index) => (index === at ? beat ^ by : beat));

export interface MixedRun {
  /** Output patterns in order. */
  readonly outputs: readonly bigint[];
  /** Pictures that were wholly taken before the new image was complete. */
  readonly before: number;
}

/**
 * Streams `values` (pictures of `beats` beats) without a pause while, from cycle `from` on, an image is offered too.
 * Ends after `outputCount` outputs.
 */
export const streamWhileLoading = (
  simulation: Simulation,
  {
    values,
    beats,
    image,
    from,
    outputCount,
  }: {
    readonly values: ArrayLike<number>;
    readonly beats: number;
    readonly image: ArrayLike<number>;
    readonly from: number;
    readonly outputCount: number;
  },
): MixedRun => {
  const outputs: bigint[] = [];
  let sent = 0;
  let loaded = 0;
  let before = 0;
  simulation.poke('out_ready', 1);
  for (let cycle = 0; cycle < 400_000 && outputs.length < outputCount; cycle++) {
    const offering = sent < values.length;
    const loading = cycle >= from && loaded < image.length;
    simulation.poke('in_valid', offering ? 1 : 0);
    simulation.poke('in_payload', values[sent] ?? 0);
    simulation.poke('in_last', sent % beats === beats - 1 ? 1 : 0);
    simulation.poke('cfg_valid', loading ? 1 : 0);
    simulation.poke('cfg_payload', image[loaded] ?? 0);
    simulation.poke('cfg_last', loaded === image.length - 1 ? 1 : 0);
    if (offering && simulation.peek('in_ready') === 1n) sent++;
    if (loading && simulation.peek('cfg_ready') === 1n) {
      if (++loaded === image.length) before = sent / beats;
    }
    if (simulation.peek('out_valid') === 1n) outputs.push(simulation.peek('out_payload'));
    simulation.step();
  }
  return { outputs, before };
};
