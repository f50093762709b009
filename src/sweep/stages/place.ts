/** A mapped netlist placed and routed on a device with one seed. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deviceNames } from '../../flow/index.js';
import { checkFits, findDevice, placeAndRoute, readFloorplan } from '../../synth/index.js';
import type { JsonObject } from '../canonical.js';
import { blobHash, blobName } from '../store/store.js';
import { infeasibleOr } from './infeasible.js';
import { plain, readRef } from './inputs.js';
import type { Stage } from './stage.js';
import { findOptions, plannedTools, requireTools, toolsOf, type ToolTexts } from './tools.js';

const count = z.number();
const countsSchema = z.object({
  luts: count,
  registers: count,
  blockRams: count,
  spram: count,
  dsps: count,
  carries: count,
  portBits: count,
  cells: z.record(z.string(), count),
});
export const synthesized = z.object({ netlist: z.string(), counts: countsSchema });
const inputsSchema = z.object({
  netlist: z.string(),
  device: z.enum(deviceNames),
  clockMHz: z.number(),
  seed: z.int(),
  pins: z.string().nullable(),
  tools: plannedTools,
});
const contextSchema = z.object({
  counts: countsSchema,
  pins: z.object({ path: z.string() }).nullable(),
  minutes: z.number(),
  tools: z.string().nullable(),
});

export const placeStage = (tools: ToolTexts): Stage => ({
  name: 'place',
  version: 1,
  tools: { limit: 'placeMinutes', runs: 1 },
  after: ['emit', 'synthesize'],
  request: ({ device, clockMHz, seed, pins, limits, tools: from }, { emit, synthesize }) => {
    const { netlist, counts } = synthesized.parse(synthesize);
    return {
      inputs: {
        ...{ netlist, device, seed },
        clockMHz: clockMHz ?? emit?.['targetMHz'] ?? null,
        pins: pins?.sha256 ?? null,
        tools: Object.fromEntries(toolsOf(device).place.map((name) => [name, tools[name] ?? ''])),
      },
      context: { counts, pins: plain(pins), minutes: limits.placeMinutes, tools: from },
    };
  },
  run: (job, { blobs, work, signal }) =>
    infeasibleOr(async () => {
      const inputs = inputsSchema.parse(job.inputs);
      const context = contextSchema.parse(job.context);
      const device = findDevice(inputs.device);
      checkFits(context.counts, device);
      await requireTools(inputs.tools, context.tools);
      if (context.pins !== null && inputs.pins !== null) readRef(context.pins.path, inputs.pins);
      const netlistJson = join(work, 'netlist.json');
      writeFileSync(netlistJson, blobs.get(blobHash(inputs.netlist)));
      const placed = await placeAndRoute({
        synth: { netlistJson, counts: context.counts },
        ...{ device, clockMHz: inputs.clockMHz, seed: inputs.seed },
        ...(context.pins === null ? {} : { constraintsFile: context.pins.path }),
        tools: findOptions(context.tools),
        timeoutMs: context.minutes * 60_000,
        signal,
        cache: join(work, 'cache'),
        keepPlacement: true,
      });
      const floorplan = placed.placement === undefined ? null : readFloorplan(placed.placement, device);
      return {
        fmaxMHz: placed.fmaxMHz ?? null,
        timingMet: placed.timingMet,
        utilization: utilizationOf(placed.utilization),
        floorplan: floorplan === null ? null : blobName(blobs.put(JSON.stringify(floorplan))),
      };
    }),
});

/** Kinds of cells that the part has, by name. */
const utilizationOf = (
  utilization: Readonly<Record<string, { readonly used: number; readonly available: number }>>,
): readonly JsonObject[] =>
  Object.keys(utilization)
    .sort()
    .flatMap((cell) => {
      const { used = 0, available = 0 } = utilization[cell] ?? {};
      return available === 0 ? [] : [{ cell, used, available }];
    });
