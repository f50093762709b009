/** The hardware in the compiled simulator, compared with the reference bit by bit. */

import { z } from 'zod';
import { expectationOf, verifyInProcess } from '../../flow/index.js';
import { SweepError } from '../errors.js';
import { sha256 } from '../canonical.js';
import { blobHash } from '../store/store.js';
import { hardwareFields, hardwareInputs, hardwareOf, rtlText } from './emit.js';
import { networkOf, peInputs, pictureRequest, readPictures } from './inputs.js';
import type { Stage } from './stage.js';

const inputsSchema = z.object({
  rtl: z.string(),
  network: z.string(),
  pe: z.unknown(),
  pictures: z.object({ inputScale: z.number().nullable() }),
  verify: z.int(),
});
const contextSchema = z.object({ hardware: z.object(hardwareFields), pictures: z.unknown() });

export const simulateStage: Stage = {
  name: 'simulate',
  version: 1,
  after: ['quantize', 'emit'],
  request: (point, { quantize, emit }) => {
    const pictures = pictureRequest(point);
    if (pictures === undefined || point.verify === 0) return undefined;
    return {
      inputs: {
        rtl: emit?.['rtl'] ?? null,
        network: quantize?.['network'] ?? null,
        pe: peInputs(point),
        pictures: pictures.inputs,
        verify: point.verify,
      },
      context: { hardware: hardwareInputs(point), pictures: pictures.context },
    };
  },
  run: async (job, { blobs, signal }) => {
    const { rtl, network: blob, pe, pictures, verify } = inputsSchema.parse(job.inputs);
    const context = contextSchema.parse(job.context);
    const hardware = hardwareOf(blobs, { network: blob, pe, ...context.hardware });
    // The Design is made again here; it must be the one whose Verilog the other stages have.
    if (sha256(rtlText(hardware)) !== blobHash(rtl))
      throw new SweepError('NOT_DETERMINISTIC', `emitting ${job.label} twice gave two kinds of Verilog`);
    const { network } = networkOf(blobs, blob, pe);
    const all = readPictures(network, context.pictures, pictures.inputScale).samples;
    const count = Math.min(verify, all.count);
    const size = all.values.length / Math.max(1, all.count);
    const samples = { ...all, count, values: all.values.subarray(0, count * size) };
    const expectation = await expectationOf(network, samples, { signal });
    const { equality, ...cycles } = await verifyInProcess(hardware, expectation, count, { signal });
    return {
      kind: 'done',
      outputs: {
        ...{ pictures: equality.pictures, mismatches: equality.mismatches },
        cycles: { latency: cycles.latencyCycles, interval: cycles.initiationInterval },
      },
    };
  },
};
