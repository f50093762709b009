/** Changes of a mapped netlist's cells on real pictures. Placing does not change them: seeds, clocks and pins are not in its key. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { mappedActivity } from '../../flow/index.js';
import { checkFits, DoesNotFit, findDevice, type CellCounts, type Device } from '../../synth/index.js';
import { blobHash } from '../store/store.js';
import { hardwareFields, hardwareInputs, hardwareOf } from './emit.js';
import { networkOf, peInputs, pictureRequest, readPictures } from './inputs.js';
import { synthesized } from './place.js';
import type { Stage } from './stage.js';
import { activityTool, findOptions, plannedTools, requireTools, type ToolTexts } from './tools.js';
import { orUnavailable } from './unavailable.js';

const inputsSchema = z.object({
  netlist: z.string(),
  network: z.string(),
  pe: z.unknown(),
  /** Whose cells are simulated. */
  family: z.string(),
  pictures: z.object({ inputScale: z.number().nullable() }),
  activity: z.int(),
  tools: plannedTools,
});
const contextSchema = z.object({
  hardware: z.object(hardwareFields),
  pictures: z.unknown(),
  minutes: z.number(),
  tools: z.string().nullable(),
});

export const activityStage = (tools: ToolTexts): Stage => ({
  name: 'activity',
  version: 2,
  // Verilator, the compiler of what it writes, and what comes of that.
  tools: { limit: 'activityMinutes', runs: 3 },
  after: ['quantize', 'emit', 'synthesize'],
  request: (point, { quantize, synthesize }) => {
    const { activity, limits } = point;
    const pictures = pictureRequest(point);
    if (activity === null || pictures === undefined) return undefined;
    const { netlist, counts } = synthesized.parse(synthesize);
    const device = findDevice(point.device);
    // What is not placed has no activity.
    if (!fits(counts, device)) return undefined;
    return {
      inputs: {
        ...{ netlist, network: quantize?.['network'] ?? null, pe: peInputs(point), family: device.family },
        ...{ pictures: pictures.inputs, activity, tools: { [activityTool]: tools[activityTool] ?? '' } },
      },
      context: {
        hardware: hardwareInputs(point),
        ...{ pictures: pictures.context, minutes: limits.activityMinutes, tools: point.tools },
      },
    };
  },
  run: (job, { blobs, work, signal }) =>
    orUnavailable(async () => {
      const { network: blob, pe, ...inputs } = inputsSchema.parse(job.inputs);
      const context = contextSchema.parse(job.context);
      await requireTools(inputs.tools, context.tools);
      const hardware = hardwareOf(blobs, { network: blob, pe, ...context.hardware });
      const { network } = networkOf(blobs, blob, pe);
      const { samples } = readPictures(network, context.pictures, inputs.pictures.inputScale);
      const netlistJson = join(work, 'netlist.json');
      writeFileSync(netlistJson, blobs.get(blobHash(inputs.netlist)));
      const { cells, cyclesPerPicture, pictures } = await mappedActivity(hardware, { netlistJson }, samples, {
        ...{ pictures: inputs.activity, tools: findOptions(context.tools), signal },
        ...{ timeoutMs: context.minutes * 60_000, cache: join(work, 'cache') },
      });
      return { cells: cells.map((each) => ({ ...each })), cyclesPerPicture, intervals: pictures };
    }),
});

const fits = (counts: CellCounts, device: Device): boolean => {
  try {
    checkFits(counts, device);
    return true;
  } catch (error) {
    if (error instanceof DoesNotFit) return false;
    throw error;
  }
};
