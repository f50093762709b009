/** Another network of equal shape on the same hardware: see docs/reload.md. */

import { expect, it } from 'vitest';
import { arrayTop, configStatus, makeImage, planArray, type ArrayOptions } from '../src/accel/index.js';
import { verifyNetwork, type IntegerNetwork } from '../src/nn/index.js';
import { simulate } from '../src/sim/index.js';

/** Two inputs, three logits, ternary weights. */
const classifier = (name: string, weights: readonly number[]): IntegerNetwork => {
  const format = { signed: true, scale: 1, zeroPoint: 0 } as const;
  const network: IntegerNetwork = {
    name,
    input: 'x',
    output: 'logits',
    inputTransform: { gain: 1, offset: 0, lo: -8, hi: 7 },
    tensors: {
      x: { name: 'x', shape: [1, 1, 2], bits: 4, ...format },
      logits: { name: 'logits', shape: [1, 1, 3], bits: 6, ...format },
    },
    layers: [
      {
        kind: 'conv',
        name: 'dense',
        input: 'x',
        output: 'logits',
        kernel: [1, 1],
        stride: [1, 1],
        padding: { top: 0, left: 0, bottom: 0, right: 0 },
        depthwise: false,
        weights: Int16Array.from(weights),
        weightBits: 2,
        weightFormat: 'ternary',
        product: 'exact',
        bias: [0, 0, 0],
      },
    ],
  };
  verifyNetwork(network);
  return network;
};

const options: ArrayOptions = {
  rows: 2,
  columns: 3,
  taps: 1,
  requantizers: 1,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: false,
  reloadable: true,
};

it('loads a second network over the configuration stream', () => {
  const hardware = planArray(classifier('sums', [1, 1, 1, 0, 0, 1]), options);
  const other = planArray(classifier('differences', [1, -1, -1, 1, -1, -1]), options);
  const sim = simulate(arrayTop(hardware).design);
  sim.reset(2);
  sim.poke('out_ready', 1);

  const infer = (picture: readonly number[]): number[] => {
    const logits: number[] = [];
    for (let sent = 0; logits.length < 3;) {
      const value = picture[sent];
      sim.poke('in_valid', value === undefined ? 0 : 1);
      sim.poke('in_payload', (value ?? 0) & 0xf);
      sim.poke('in_last', sent === picture.length - 1 ? 1 : 0);
      if (value !== undefined && sim.peek('in_ready') === 1n) sent++;
      if (sim.peek('out_valid') === 1n) logits.push(Number(BigInt.asIntN(6, sim.peek('out_payload'))));
      sim.step();
    }
    return logits;
  };
  expect(infer([5, 3])).toEqual([8, 5, 3]);

  const image = makeImage(other, hardware);
  for (let beat = 0; beat < image.length;) {
    sim.poke('cfg_valid', 1);
    sim.poke('cfg_payload', image[beat] ?? 0);
    sim.poke('cfg_last', beat === image.length - 1 ? 1 : 0);
    if (sim.peek('cfg_ready') === 1n) beat++;
    sim.step();
  }
  sim.poke('cfg_valid', 0);
  expect(sim.peekNumber('cfg_status')).toBe(configStatus.loaded);
  expect(infer([5, 3])).toEqual([2, -2, -8]);
});
