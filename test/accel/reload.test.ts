/** Run-time images: another network of equal shape on the same hardware, and images that must be refused. */

import { beforeAll, describe, expect, it } from 'vitest';
import {
  AccelError,
  arrayTop,
  configStatus,
  makeImage,
  planArray,
  type ArrayOptions,
  type ArrayPlan,
} from '../../src/accel/index.js';
import { elementCount, type IntegerNetwork } from '../../src/nn/index.js';
import { makeRandomNetwork } from '../../src/nn/testing/index.js';
import { familyFaultNetwork } from './helpers/fault-network.js';
import { simulate, type Simulation } from '../../src/sim/index.js';
import { changed, sendImage, streamWhileLoading } from './helpers/load.js';
import {
  expectedOutputs,
  outputComplaint,
  outputsPerPicture,
  outputValues,
  pictureBench,
  randomPictures,
  runPictures,
  settle,
} from './helpers/pictures.js';
import { roomy, twinOf } from './helpers/twin.js';

const base: ArrayOptions = {
  rows: 4,
  columns: 4,
  taps: 2,
  requantizers: 2,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: true,
  reloadable: true,
};

interface Case {
  readonly seed: number;
  readonly network: IntegerNetwork;
  readonly options: ArrayOptions;
}

const random = (seed: number, layers: number, options: ArrayOptions): Case => ({
  seed,
  network: makeRandomNetwork(seed, layers),
  options,
});

const cases: readonly Case[] = [
  { seed: 0, network: familyFaultNetwork(), options: { ...base, multipliers: 'recoded' } },
  random(3, 4, base),
  random(8, 5, { ...base, rows: 5, columns: 7, taps: 1, requantizers: 7, multiplierStages: 2 }),
  random(21, 3, { ...base, rows: 8, columns: 4, taps: 4, requantizers: 1 }),
  random(29, 4, { ...base, taps: 1, activationMemory: 'spram' }),
];

describe.each(cases)('reloadable accelerator of network $network.name', ({ seed, network, options }) => {
  const networkA = roomy(network);
  const networkB = twinOf(networkA, seed + 1000);
  const [planA, planB] = [planArray(networkA, options), planArray(networkB, options)];
  const [imageA, imageB] = [makeImage(planA), makeImage(planB, planA)];
  const pictures = randomPictures(networkA, 3);
  const wanted = (network: IntegerNetwork): readonly number[] => expectedOutputs(network, pictures);
  let simulation: Simulation;
  beforeAll(() => {
    simulation = simulate(arrayTop(planA).design);
  });

  const expectOutputs = (network: IntegerNetwork): void => {
    const { beats } = runPictures(planA, simulation, pictures, { extraCycles: 40 });
    expect(outputComplaint(planA, beats, wanted(network))).toBeUndefined();
    expect(simulation.peek('busy')).toBe(0n);
  };
  const expectStatus = (status: keyof typeof configStatus): void => {
    expect(simulation.peekNumber('cfg_status')).toBe(configStatus[status]);
    expect(simulation.peek('error')).toBe(status === 'refused' || status === 'damaged' ? 1n : 0n);
  };
  const expectNoPictures = (): void => {
    simulation.poke('in_valid', 1);
    for (let cycle = 0; cycle < 500; cycle++) {
      expect(simulation.peek('in_ready')).toBe(0n);
      simulation.step();
    }
    simulation.poke('in_valid', 0);
  };
  /** Network A computing, whatever was before. */
  const startWithA = (): void => {
    settle(simulation);
    sendImage(simulation, imageA);
    expectStatus('loaded');
  };

  it('computes the network it was built with, then another one, then the first again', () => {
    expect(wanted(networkB)).not.toEqual(wanted(networkA));
    settle(simulation);
    expectStatus('initial');
    expectOutputs(networkA);
    sendImage(simulation, imageB);
    expectStatus('loaded');
    expectOutputs(networkB);
    settle(simulation);
    expectOutputs(networkB);
    sendImage(simulation, imageA);
    expectOutputs(networkA);
  });

  it('loads between pictures while they stream in', () => {
    startWithA();
    const beats = elementCount(planA.config.input.shape);
    const { values } = pictureBench(planA, [...pictures, ...pictures]);
    const stream = Array.from(values[0] ?? [], Number);
    const { outputs, before } = streamWhileLoading(simulation, {
      values: stream,
      beats,
      image: imageB,
      from: beats + Math.floor(beats / 3),
      outputCount: 6 * outputsPerPicture(planA),
    });
    expect(Number.isInteger(before)).toBe(true);
    expect(before).toBeGreaterThanOrEqual(1);
    expect(before).toBeLessThan(6);
    const per = outputsPerPicture(planA);
    const expected = [...wanted(networkA), ...wanted(networkA)]
      .slice(0, before * per)
      .concat([...wanted(networkB), ...wanted(networkB)].slice(before * per));
    const got = outputValues(
      planA,
      outputs.map((value) => ({ cycle: 0, last: false, values: [value] })),
    );
    expect(got).toEqual(expected);
  });

  it.each([
    { what: 'magic', at: 0 },
    { what: 'version', at: 1 },
    { what: 'low half of the shape hash', at: 2 },
    { what: 'high half of the shape hash', at: 3 },
  ])('a wrong $what is refused, and nothing changes', ({ at }) => {
    startWithA();
    sendImage(simulation, changed(imageB, at, 0x40));
    expectStatus('refused');
    expectOutputs(networkA);
    sendImage(simulation, imageB);
    expectStatus('loaded');
    expectOutputs(networkB);
  });

  it('a header that ends too soon is refused', () => {
    startWithA();
    for (const length of [1, 3, 4]) {
      sendImage(simulation, imageB.subarray(0, length));
      expectStatus('refused');
    }
    expectOutputs(networkA);
  });

  it.each([
    { what: 'one bit wrong in the middle', image: changed(imageB, Math.floor(imageB.length / 2), 0x100) },
    { what: 'a wrong CRC, low half', image: changed(imageB, imageB.length - 2) },
    { what: 'a wrong CRC, high half', image: changed(imageB, imageB.length - 1, 0x8000) },
    { what: 'the end missing', image: imageB.subarray(0, imageB.length - 3) },
    { what: 'the last CRC beat missing', image: imageB.subarray(0, imageB.length - 1) },
    { what: 'beats after its end', image: Uint16Array.from([...imageB, 1, 2, 3]) },
  ])('an image with $what is damaged: no pictures until a good one', ({ image }) => {
    startWithA();
    sendImage(simulation, image);
    expectStatus('damaged');
    expectNoPictures();
    sendImage(simulation, imageB);
    expectStatus('loaded');
    expectOutputs(networkB);
  });

  it('after a reset in the middle of a load, no pictures until a good image', () => {
    for (const share of [0.1, 0.5, 0.95]) {
      startWithA();
      sendImage(simulation, imageB.subarray(0, Math.max(5, Math.floor(imageB.length * share))), {
        last: false,
      });
      expectStatus('loading');
      settle(simulation);
      expectNoPictures();
      sendImage(simulation, imageB);
      expectStatus('loaded');
      expectOutputs(networkB);
    }
  });
});

describe('an image for hardware of another shape', () => {
  const network = makeRandomNetwork(3, 4);
  const plan = planArray(network, base);
  const others: readonly (readonly [string, ArrayPlan])[] = [
    ['another network', planArray(makeRandomNetwork(4, 4), base)],
    ['another array', planArray(network, { ...base, rows: 8 })],
    ['other requantizers', planArray(network, { ...base, requantizers: 4 })],
  ];
  it.each(others)('%s is refused by makeImage', (_what, other) => {
    expect(() => makeImage(other, plan)).toThrow(AccelError);
    expect(() => makeImage(other, plan)).toThrow(/^ACC005: .*build it anew/);
  });
});
