/** A sweep as real ones are: points of the same shape and size, invented numbers from a seeded generator. */
import type { SweepLayer, SweepPoint, SweepReport } from '../sweep/schema.js';

export interface SweepSize {
  readonly models: number;
  readonly settings: number;
  readonly seeds: number;
}

const methods = ['prom', 'inq', 'pvq', 'fames', 'uniform'];
const sizes = [4, 8, 16];
const devices = [
  { name: 'hx8k', width: 33, height: 33, luts: 7680, cell: 'ICESTORM_LC' },
  { name: 'ecp5-25k', width: 73, height: 50, luts: 24288, cell: 'TRELLIS_COMB' },
];

/** 2 models x 5 methods x 3 sizes x 2 devices x settings x seeds. */
export function exampleSweep({ models, settings, seeds }: SweepSize): SweepReport {
  const random = generator(7);
  const points = range(models).flatMap((model) =>
    methods.flatMap((method) =>
      range(settings).flatMap((setting) =>
        sizes.flatMap((size) =>
          devices.flatMap((device) => {
            const base = basePoint(model, method, setting, size, device, random);
            return range(seeds).map((seed) => seedPoint(base, seed, device, random));
          }),
        ),
      ),
    ),
  );
  return {
    schemaVersion: 1,
    nomul: '0.1.0',
    title: 'Two networks on two parts',
    sweepHash: 'ab'.repeat(32),
    tools: [{ tool: 'nextpnr-ice40', version: '0.8' }],
    points,
    fronts: [
      {
        cost: 'luts',
        points: [
          { label: 'search, at most 1 % lost', accuracy: 0.91, cost: 2900, point: points[0]?.id ?? null },
          { label: 'prom', accuracy: 0.905, cost: 3900, point: null },
        ],
      },
    ],
  };
}

type Device = (typeof devices)[number];

function basePoint(
  model: number,
  method: string,
  setting: number,
  size: number,
  device: Device,
  random: () => number,
): SweepPoint {
  const luts = Math.round(900 + size * size * (60 + 40 * random()));
  const tooLarge = luts > device.luts;
  const accuracy = 0.85 + 0.08 * random();
  return {
    id: '',
    model: `net${model}`,
    method,
    setting: `setting ${setting}`,
    pe: 'auto',
    rows: size,
    columns: size,
    device: device.name,
    requestedMHz: null,
    seed: 0,
    status: tooLarge ? 'infeasible' : 'done',
    reason: tooLarge ? `needs ${luts} LUTs, there are ${device.luts}; choose a smaller array` : null,
    accuracy: { before: 0.93, after: Math.round(accuracy * 10_000) / 10_000, pictures: 10_000 },
    multiplications: method === 'prom' ? 0 : 120_000,
    bitsPerWeight: 2 + setting,
    macs: 1_200_000,
    cycles: {
      latency: Math.round(2e6 / size),
      initiationInterval: Math.round(1.8e6 / size),
      basis: 'simulated',
    },
    verifiedPictures: tooLarge ? 0 : 20,
    synthesized: tooLarge ? null : { luts, registers: Math.round(luts * 0.6), blockRams: 12, dsps: 0 },
    placed: null,
    inferencesPerSecond: null,
    operationEnergyPj: 3e6 * random() + 1e6,
    gateEnergyPj: null,
    activity: null,
    layers: layersOf(method, setting, size),
    floorplan: null,
  };
}

function seedPoint(base: SweepPoint, seed: number, device: Device, random: () => number): SweepPoint {
  const { model, method, setting, rows, cycles, synthesized } = base;
  const point = { ...base, id: [model, method, setting, rows, device.name, seed].join('/'), seed };
  if (synthesized === null || cycles === null) return point;
  if (random() < 0.02) {
    const reason = 'nextpnr ended with signal SIGKILL <out of memory>';
    return { ...point, status: 'failed', reason, synthesized: null, verifiedPictures: 0 };
  }
  const fmaxMHz = 40 + 15 * random();
  return {
    ...point,
    placed: {
      fmaxMHz,
      timingMet: true,
      utilization: [
        { cell: device.cell, used: synthesized.luts, available: device.luts },
        { cell: 'RAM', used: 12, available: 32 },
      ],
    },
    inferencesPerSecond: (fmaxMHz * 1e6) / cycles.initiationInterval,
    gateEnergyPj: 4e7 / rows,
    activity: activityOf(device, synthesized.luts),
    floorplan: seed === 0 ? floorplanOf(device, synthesized.luts, random) : null,
  };
}

/** Kinds as the families have them: ECP5 alone has wide multiplexers. */
const activityOf = ({ cell }: Device, luts: number): SweepPoint['activity'] => [
  { cell: 'LUT', toggles: 11_000 * luts },
  { cell: 'carry', toggles: 3_200.5 * luts },
  { cell: 'register', toggles: 9_100 * luts },
  { cell: 'block RAM', toggles: 3_400_000 },
  ...(cell === 'TRELLIS_COMB' ? [{ cell: 'wide multiplexer', toggles: 800 * luts }] : []),
];

const layersOf = (method: string, setting: number, size: number): SweepLayer[] =>
  range(12).map((index) => ({
    name: `conv${index}`,
    kind: index % 2 === 0 ? 'pointwise' : 'depthwise 3x3',
    format: index % 2 === 0 && method === 'prom' ? 'ternary' : 'int',
    weightBits: index % 2 === 0 && method === 'prom' ? 2 : 4 + setting,
    activationBits: 8,
    macs: 100_000,
    cycles: Math.round(150_000 / size),
  }));

function floorplanOf(device: Device, luts: number, random: () => number): SweepPoint['floorplan'] {
  const tiles: [number, number, number, number][] = [];
  for (let left = luts, tile = 0; left > 0 && tile < device.width * device.height; tile++) {
    const cells = Math.min(left, 1 + Math.floor(8 * random()));
    left -= cells;
    tiles.push([tile % device.width, Math.floor(tile / device.width), tile % 8 === 7 ? 1 : 0, cells]);
  }
  return { width: device.width, height: device.height, kinds: ['logic', 'RAM'], tiles };
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Park and Miller's generator: 0 .. 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
