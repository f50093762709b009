/** Verilog mapped to a device family's cells. Its key holds the script, not the device: equal work is done once. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deviceNames } from '../../flow/index.js';
import { findDevice, synthesize, synthScript } from '../../synth/index.js';
import { blobHash, blobName } from '../store/store.js';
import { parseRtl } from './emit.js';
import { infeasibleOr } from './infeasible.js';
import type { Stage } from './stage.js';
import { findOptions, plannedTools, requireTools, toolsOf, type ToolTexts } from './tools.js';

const inputsSchema = z.object({
  rtl: z.string(),
  top: z.string(),
  dsp: z.boolean(),
  keepHierarchy: z.array(z.string()),
  command: z.string(),
  tools: plannedTools,
});
const contextSchema = z.object({
  device: z.enum(deviceNames),
  minutes: z.number(),
  tools: z.string().nullable(),
});
const emitted = z.object({
  rtl: z.string(),
  top: z.string(),
  dsp: z.boolean(),
  keepHierarchy: z.array(z.string()),
});

export const synthesizeStage = (tools: ToolTexts): Stage => ({
  name: 'synthesize',
  version: 1,
  tools: { limit: 'synthesisMinutes', runs: 1 },
  after: ['emit'],
  request: ({ device, limits, tools: from }, { emit }) => {
    const { rtl, top, dsp, keepHierarchy } = emitted.parse(emit);
    // Without the lines that read files: those follow from the Verilog.
    const command = synthScript({
      ...{ device: findDevice(device), top, verilogFiles: [] },
      options: { dsp, keepHierarchy },
    });
    const { synthesis } = toolsOf(device);
    return {
      inputs: { rtl, top, dsp, keepHierarchy, command, tools: { [synthesis]: tools[synthesis] ?? '' } },
      context: { device, minutes: limits.synthesisMinutes, tools: from },
    };
  },
  run: (job, { blobs, work, signal }) =>
    infeasibleOr(async () => {
      const { rtl, top, dsp, keepHierarchy, tools: planned } = inputsSchema.parse(job.inputs);
      const { device, minutes, tools: from } = contextSchema.parse(job.context);
      await requireTools(planned, from);
      const { verilog, hex } = parseRtl(blobs.getText(blobHash(rtl)));
      const { counts, ...files } = await synthesize({
        ...{ top, device: findDevice(device), verilogFiles: verilog, hexFiles: hex },
        options: { dsp, keepHierarchy },
        tools: findOptions(from),
        timeoutMs: minutes * 60_000,
        signal,
        cache: join(work, 'cache'),
      });
      return {
        netlist: blobName(blobs.put(readFileSync(files.netlistJson))),
        netlistVerilog: blobName(blobs.put(readFileSync(files.netlistVerilog))),
        counts: { ...counts, cells: { ...counts.cells } },
      };
    }),
});
