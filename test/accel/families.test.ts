/** A whole network through the array for every kind of PE, its weights rounded to the kind where they do not fit. */

import { describe, expect, it } from 'vitest';
import {
  arrayTop,
  forcePeKind,
  peKinds,
  planArray,
  type ArrayOptions,
  type PeKind,
} from '../../src/accel/index.js';
import type { IntegerNetwork } from '../../src/nn/index.js';
import { runVerilatorStreams, sourceOf } from '../../src/sim/index.js';
import { haveShared } from '../nn/shared-data.js';
import { circuitKinds, withCircuits } from './helpers/circuits.js';
import { fashion, loadModel, loadPictures } from './helpers/models.js';
import {
  expectedOutputs,
  idleSimulation,
  outputComplaint,
  pictureBench,
  quietComplaint,
  runPictures,
  timingComplaint,
} from './helpers/pictures.js';

const options: ArrayOptions = {
  rows: 8,
  columns: 8,
  taps: 2,
  requantizers: 2,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: false,
  reloadable: false,
};

describe.runIf(haveShared())(
  'dwnet with 4-bit weights and activations, every dense layer on one kind of PE',
  () => {
    const model = loadModel('models/dwnet_w4a4_pow2scale.qonnx.onnx');
    const pictures = loadPictures(model, fashion, 8);
    const kinds = [...peKinds, 'circuit'] as const;
    const forced = (kind: PeKind | 'circuit'): IntegerNetwork =>
      kind === 'circuit'
        ? withCircuits(model, (_, index) => circuitKinds[index % circuitKinds.length])
        : forcePeKind(model, { kind, round: true, pulsesPerWeight: 1 }).network;

    it.each(kinds)('%s: 8 test pictures', (kind) => {
      const network = forced(kind);
      const multipliers = kind === 'int' ? 'recoded' : 'product';
      const plan = planArray(network, { ...options, multipliers });
      const simulation = idleSimulation(arrayTop(plan).design);
      const result = runPictures(plan, simulation, pictures, { extraCycles: 40 });
      const expected = expectedOutputs(network, pictures);
      expect(outputComplaint(plan, result.beats, expected)).toBeUndefined();
      expect(new Set(expected).size).toBeGreaterThan(20);
      expect(timingComplaint(plan, result)).toBeUndefined();
      expect(quietComplaint(simulation)).toBeUndefined();
    });

    it.each(kinds)(
      '%s, in Verilator from the emitted Verilog: 2 test pictures',
      { timeout: 300_000 },
      async (kind) => {
        const network = forced(kind);
        // A table per PE is much for a compiler.
        const side = kind === 'table' ? 2 : 4;
        const plan = planArray(network, {
          ...options,
          rows: side,
          columns: side,
          taps: 1,
          multipliers: 'recoded',
        });
        const shown = pictures.slice(0, 2);
        const result = await runVerilatorStreams(
          sourceOf(arrayTop(plan).design),
          pictureBench(plan, shown, { extraCycles: 40 }),
        );
        expect(outputComplaint(plan, result.beats, expectedOutputs(network, shown))).toBeUndefined();
        expect(timingComplaint(plan, result)).toBeUndefined();
      },
    );
  },
);
