import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { forcePeKind } from '../../accel/index.js';
import { runReference, type ConvLayer, type IntegerNetwork, type QuantizedSamples } from '../../nn/index.js';
import { createRandom } from '../../num/index.js';
import { libraryOf } from '../../synth/index.js';
import { mapLayer, operationsOf, operationsPerResult } from './layer.js';
import { operationEnergyPj } from './model.js';
import { networkEnergy } from './network.js';
import { operandStream } from './stream.js';

// Yosys, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const gate = (name: string, area: number, pins: string, logic: string): string => {
  const inputs = pins.split(' ').map((pin) => `pin (${pin}) { direction : input; capacitance : 1; }`);
  return `cell (${name}) { area : ${String(area)}; ${inputs.join(' ')} pin (Y) { direction : output; function : "${logic}"; } }`;
};
const library = libraryOf(
  `library (few) { capacitive_load_unit (1, ff); nom_voltage : 1;
  ${gate('INV', 1, 'A', '!A')} ${gate('NAND', 1.5, 'A B', '!(A B)')} ${gate('NOR', 1.5, 'A B', '!(A+B)')} ${gate('XOR', 3, 'A B', 'A^B')}
  cell (DFF) { area : 6; ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }
    pin (CK) { direction : input; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; } } }`,
  'few.lib',
);

const random = createRandom(11);
const tensor = (name: string, shape: readonly [number, number, number], bits: number, signed: boolean) => ({
  ...{ name, shape, bits, signed, scale: 1, zeroPoint: 0 },
});
const layer: ConvLayer = {
  ...{ kind: 'conv', name: 'one', input: 'x', output: 'y', kernel: [2, 2], stride: [1, 1], depthwise: false },
  padding: { top: 0, left: 0, bottom: 0, right: 0 },
  weights: Int16Array.from({ length: 3 * 4 * 5 }, () => random.integer(-4, 3)),
  ...{ weightBits: 3, weightFormat: 'int', product: 'exact', bias: [0, 0, 0] },
};
/** 5 channels of 4x4 pixels through 3 filters of 2x2, the accumulators as output. */
const network: IntegerNetwork = {
  ...{ name: 'small', input: 'x', output: 'y', layers: [layer] },
  inputTransform: { gain: 1, offset: 0, lo: 0, hi: 15 },
  tensors: { x: tensor('x', [4, 4, 5], 4, false), y: tensor('y', [3, 3, 3], 12, true) },
};
const count = 4;
const samples: QuantizedSamples = {
  values: Int32Array.from({ length: count * 80 }, () => random.integer(0, 15)),
  ...{ count, clamped: 0 },
};

let cache = '';
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'nomul-energy-'));
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

describe('operandStream', () => {
  it('gives a PE the operands of whole results: their sums are outputs of the reference', () => {
    const mapped = mapLayer(network, layer, { rows: 1, columns: 1 });
    const perResult = operationsPerResult(mapped.walk);
    expect(perResult).toBe(20);
    const picture = samples.values.subarray(0, 80);
    const { act, code, first } = operandStream(mapped, [picture], 120, 3);
    const outputs = new Set(runReference(network, picture));
    expect(outputs.size).toBeGreaterThan(20);
    for (let result = 0; result < 6; result++) {
      expect(first[result * perResult]).toBe(1);
      let sum = 0;
      for (let i = result * perResult; i < (result + 1) * perResult; i++) {
        const weight = (code[i] ?? 0) >= 4 ? (code[i] ?? 0) - 8 : (code[i] ?? 0);
        sum += (act[i] ?? 0) * weight;
      }
      expect(outputs).toContain(sum);
    }
  });

  it('counts PEs without work and every plane of a weight', () => {
    const pvq = forcePeKind(network, { kind: 'pvq', round: false, pulsesPerWeight: 1 }).network;
    const [of] = pvq.layers;
    if (of?.kind !== 'conv') throw new Error('one convolution');
    const { walk, engine } = mapLayer(pvq, of, { rows: 8, columns: 4 });
    // 9 pixels, one tile of 4 columns for 3 filters, 4 taps, one group of 8 rows for 5 channels, 3 digits up to 4.
    expect(engine.kind).toBe('ternary');
    expect(operationsOf(walk)).toBe(9 * 1 * walk.planes * 4 * 1 * 8 * 4);
    expect(walk.planes).toBe(3);
  });
});

describe('networkEnergy', () => {
  const energy = (of: IntegerNetwork, operations: number) =>
    networkEnergy(of, samples, { library, operations, cache, tools: { force: 'npm' } });

  it('converges with the sample, repeats itself, and puts the published model beside it', async () => {
    const [few, many] = [await energy(network, 1024), await energy(network, 8192)];
    expect(few.pjPerPicture / many.pjPerPicture).toBeGreaterThan(0.97);
    expect(few.pjPerPicture / many.pjPerPicture).toBeLessThan(1.03);
    expect(await energy(network, 1024)).toEqual({
      ...few,
    });
    expect(many.macs).toBe(540);
    expect(many.operations).toBe(540);
    const [
      { pjPerOperation, idleFj, operationFj } = { pjPerOperation: 0, idleFj: 0, operationFj: undefined },
    ] = many.layers;
    expect(many.pjPerPicture).toBeCloseTo(540 * pjPerOperation, 9);
    expect(idleFj).toBeGreaterThan(0);
    expect(idleFj).toBeLessThan(operationFj?.total ?? 0);
    // 0.2 pJ x 3 x 4 / 64 and an addition of 16 bits, 0.05 pJ.
    expect(operationEnergyPj(network, layer)).toBeCloseTo(540 * (0.0375 + 0.05), 9);
    expect(many.modelPjPerPicture).toBeCloseTo(540 * 0.0875, 9);
  });

  it('takes less for ternary weights than for integers, and the exact multiplier for the table of exact products', async () => {
    const force = (kind: 'ternary' | 'table') =>
      forcePeKind(network, { kind, round: true, pulsesPerWeight: 1 }).network;
    const [int, ternary, table] = [
      await energy(network, 1024),
      await energy(force('ternary'), 1024),
      await energy(force('table'), 1024),
    ];
    expect(ternary.pjPerPicture).toBeLessThan(int.pjPerPicture);
    expect(table.pjPerPicture).toBe(int.pjPerPicture);
    expect(table.layers.map(({ pe }) => pe)).toEqual(['table']);
  });

  it('refuses large tables of which no circuit is known, and no pictures', async () => {
    const table = Array.from({ length: 2 ** 12 }, () => 1);
    const large = {
      ...network,
      layers: [{ ...layer, weightBits: 8, product: { table, hash: 'ones' } }],
    };
    await expect(energy(large, 100)).rejects.toThrow(expect.objectContaining({ code: 'NO_CIRCUIT' }));
    const none = networkEnergy(network, { ...samples, count: 0 }, { library, cache });
    await expect(none).rejects.toThrow(expect.objectContaining({ code: 'NO_SAMPLES' }));
  });
});
