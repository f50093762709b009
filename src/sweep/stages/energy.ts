/** Energy of the PEs in the gates of a Liberty library. Its key holds the array, not the device: PEs are the same on each. */

import { join } from 'node:path';
import { z } from 'zod';
import { networkEnergy, type LayerEnergy } from '../../flow/index.js';
import { readLiberty } from '../../synth/index.js';
import type { JsonObject } from '../canonical.js';
import { networkOf, peInputs, pictureRequest, plain, readPictures, readRef } from './inputs.js';
import type { Stage } from './stage.js';
import { findOptions, plannedTools, requireTools, toolsOf, type ToolTexts } from './tools.js';
import { orUnavailable } from './unavailable.js';

const inputsSchema = z.object({
  network: z.string(),
  pe: z.unknown(),
  array: z.object({ rows: z.int(), columns: z.int() }),
  pictures: z.object({ inputScale: z.number().nullable() }),
  energy: z.object({ liberty: z.string(), pictures: z.int(), operations: z.int() }),
  tools: plannedTools,
});
const contextSchema = z.object({
  pictures: z.unknown(),
  liberty: z.object({ path: z.string() }),
  tools: z.string().nullable(),
  limitMinutes: z.number().optional(),
});

export const energyStage = (tools: ToolTexts): Stage => ({
  name: 'energy',
  version: 2,
  after: ['quantize'],
  request: (point, { quantize }) => {
    const { energy, rows, columns, device } = point;
    const pictures = pictureRequest(point);
    if (energy === null || pictures === undefined) return undefined;
    const { synthesis } = toolsOf(device);
    return {
      inputs: {
        network: quantize?.['network'] ?? null,
        pe: peInputs(point),
        array: { rows, columns },
        pictures: pictures.inputs,
        energy: { ...energy, liberty: energy.liberty.sha256 },
        tools: { [synthesis]: tools[synthesis] ?? '' },
      },
      context: { pictures: pictures.context, liberty: plain(energy.liberty), tools: point.tools },
    };
  },
  run: (job, { blobs, work, signal }) =>
    orUnavailable(async () => {
      const { network: blob, pe, array, pictures, energy, tools: planned } = inputsSchema.parse(job.inputs);
      const context = contextSchema.parse(job.context);
      await requireTools(planned, context.tools);
      const { network } = networkOf(blobs, blob, pe);
      const { samples } = readPictures(network, context.pictures, pictures.inputScale);
      readRef(context.liberty.path, energy.liberty);
      // All PEs of the network are mapped here, by one run of Yosys: what it makes of one depends, by half a percent, on
      // those before it, and a cache would keep what other runs made (docs/energy.md).
      const measured = await networkEnergy(network, samples, {
        library: readLiberty(context.liberty.path),
        ...{ array, pictures: energy.pictures, operations: energy.operations },
        ...{ tools: findOptions(context.tools), signal, cache: join(work, 'cache') },
        // Handed on to Yosys, which would end after an hour else: all of the stage's time is its own.
        ...(context.limitMinutes === undefined ? {} : { timeoutMs: context.limitMinutes * 60_000 }),
      });
      const { pjPerPicture, operations, conditions } = measured;
      const { library, voltage, operationNs } = conditions;
      return {
        ...{ pjPerPicture, operations, library, voltage, operationNs },
        layers: measured.layers.map(layerOutputs),
      };
    }),
});

const layerOutputs = ({ layer, pe, operandBits, accumulatorBits, ...measured }: LayerEnergy): JsonObject => ({
  ...{ layer, pe, operandBits, accumulatorBits, areaUm2: measured.areaUm2 },
  ...{ operations: measured.operations, idleFj: measured.idleFj },
  ...{ pjPerOperation: measured.pjPerOperation, pjPerPicture: measured.pjPerPicture },
});
