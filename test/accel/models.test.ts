/** Other models that this project did not make: integer weights only, and a fully connected network of 2 bits. */

import { describe, expect, it } from 'vitest';
import { arrayTop, planArray, type ArrayOptions } from '../../src/accel/index.js';
import { haveShared } from '../nn/shared-data.js';
import { digits, fashion, loadModel, loadPictures } from './helpers/models.js';
import {
  expectedOutputs,
  idleSimulation,
  outputComplaint,
  quietComplaint,
  runPictures,
  timingComplaint,
} from './helpers/pictures.js';

const options: ArrayOptions = {
  rows: 8,
  columns: 8,
  taps: 2,
  requantizers: 4,
  activationMemory: 'block',
  multiplierStages: 2,
  memoryRegister: false,
  reloadable: false,
};

describe.runIf(haveShared())('models of ../shared/data', () => {
  it.each([
    { model: 'models/dwnet_w4a4_pow2scale.qonnx.onnx', file: fashion, size: 8, count: 4 },
    { model: 'models/dwnet_w4a4_pow2scale.qcdq.onnx', file: fashion, size: 5, count: 2 },
    { model: 'qonnx_zoo/TFC_2W2A.onnx', file: digits, size: 16, count: 4 },
  ])('$model on $size x $size: $count test pictures', ({ model, file, size, count }) => {
    const network = loadModel(model);
    const plan = planArray(network, { ...options, rows: size, columns: size });
    const pictures = loadPictures(network, file, count);
    const simulation = idleSimulation(arrayTop(plan).design);
    const result = runPictures(plan, simulation, pictures, { extraCycles: 40 });
    expect(outputComplaint(plan, result.beats, expectedOutputs(network, pictures))).toBeUndefined();
    expect(timingComplaint(plan, result)).toBeUndefined();
    expect(quietComplaint(simulation)).toBeUndefined();
  });
});
