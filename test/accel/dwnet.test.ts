/** dwnet with ternary pointwise and 8-bit depthwise layers: real pictures, every array form, cycles against the ideal. */

import { describe, expect, it } from 'vitest';
import { arrayTop, planArray, predict, type ArrayOptions } from '../../src/accel/index.js';
import { runVerilatorStreams, sourceOf } from '../../src/sim/index.js';
import { haveShared } from '../nn/shared-data.js';
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

const big: ArrayOptions = {
  rows: 16,
  columns: 16,
  taps: 4,
  requantizers: 16,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: true,
  reloadable: false,
};
/** As on iCE40 UltraPlus. */
const small: ArrayOptions = { ...big, taps: 1, requantizers: 1, activationMemory: 'spram' };

describe.runIf(haveShared())('dwnet_ternary_pw_int8_dw', () => {
  const network = loadModel('models/dwnet_ternary_pw_int8_dw.qonnx.onnx');
  const pictures = loadPictures(network, fashion, 100);
  const expected = expectedOutputs(network, pictures);

  it.each([
    { options: big, count: 100 },
    { options: { ...small, rows: 4, columns: 4 }, count: 2 },
    { options: { ...small, rows: 8, columns: 8 }, count: 2 },
  ])(
    '$options.rows x $options.columns, $options.activationMemory: $count test pictures',
    ({ options, count }) => {
      const plan = planArray(network, options);
      const simulation = idleSimulation(arrayTop(plan).design);
      const shown = pictures.slice(0, count);
      const result = runPictures(plan, simulation, shown, { extraCycles: 40, maxCycles: 5_000_000 });
      expect(
        outputComplaint(plan, result.beats, expected.slice(0, count * (expected.length / 100))),
      ).toBeUndefined();
      expect(timingComplaint(plan, result)).toBeUndefined();
      expect(quietComplaint(simulation)).toBeUndefined();
    },
  );

  it('16 x 16 in Verilator: 20 test pictures from the emitted Verilog', { timeout: 300_000 }, async () => {
    const plan = planArray(network, big);
    const { design } = arrayTop(plan);
    const shown = pictures.slice(0, 20);
    const bench = pictureBench(plan, shown, { extraCycles: 40 });
    const result = await runVerilatorStreams(sourceOf(design), bench);
    expect(outputComplaint(plan, result.beats, expected.slice(0, expected.length / 5))).toBeUndefined();
    expect(timingComplaint(plan, result)).toBeUndefined();
  });

  it('16 x 16: pointwise layers take at most 1.3, the whole network at most 2 times the ideal cycles', () => {
    const plan = planArray(network, big);
    const { layers, initiationInterval } = predict(plan);
    const ideal = (macs: number): number => macs / 256;
    const pointwise = plan.jobs.flatMap(({ layer, mode, macs }, index) =>
      mode === 'dense' ? [{ name: layer.name, ratio: (layers[index]?.cycles ?? NaN) / ideal(macs) }] : [],
    );
    expect(pointwise.length).toBe(3);
    for (const { name, ratio } of pointwise) expect(ratio, name).toBeLessThanOrEqual(1.3);
    const total = plan.jobs.reduce((sum, { macs }) => sum + ideal(macs), 0);
    expect(initiationInterval / total).toBeLessThanOrEqual(2);
  });
});
