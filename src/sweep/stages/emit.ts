/** Verilog and memory images of an accelerator, and the cycles predicted for it. */

import { z } from 'zod';
import { layersOf, makeHardware, multiplierModules, type Hardware } from '../../flow/index.js';
import type { JsonObject } from '../canonical.js';
import type { PointDevice, Point } from '../spec/points.js';
import type { Blobs } from '../store/blobs.js';
import { blobName } from '../store/store.js';
import { deviceNames } from '../../flow/index.js';
import { infeasibleOr } from './infeasible.js';
import { networkOf, peInputs } from './inputs.js';
import type { Stage } from './stage.js';

export const hardwareFields = {
  device: z.enum(deviceNames),
  rows: z.int(),
  columns: z.int(),
  reloadable: z.boolean(),
} as const;
const inputsSchema = z.object({ network: z.string(), pe: z.unknown(), ...hardwareFields });

export interface HardwareRequest {
  readonly network: string;
  readonly pe?: unknown;
  readonly device: PointDevice;
  readonly rows: number;
  readonly columns: number;
  readonly reloadable: boolean;
}

export const hardwareInputs = ({ device, rows, columns, reloadable }: Point): JsonObject => ({
  ...{ device, rows, columns, reloadable },
});

/** @throws AccelError, NnError, BlobLost */
export const hardwareOf = (blobs: Blobs, request: HardwareRequest): Hardware => {
  const { network } = networkOf(blobs, request.network, request.pe);
  const { device, rows, columns, reloadable } = request;
  return makeHardware(network, { device, array: { rows, columns }, reloadable });
};

/** All files as one text: equal hardware has equal text. */
export const rtlText = ({ verilog, memoryImages }: Hardware): string =>
  JSON.stringify({
    verilog: verilog.map(({ name, text }) => ({ name, text })),
    hex: memoryImages.map(({ name, text }) => ({ name, text })),
  });

const textFiles = z.array(z.object({ name: z.string(), text: z.string() }));
const rtlSchema = z.object({ verilog: textFiles, hex: textFiles });
export const parseRtl = (text: string): z.output<typeof rtlSchema> => rtlSchema.parse(JSON.parse(text));

export const emitStage: Stage = {
  name: 'emit',
  version: 2,
  after: ['quantize'],
  request: (point, { quantize }) => ({
    inputs: { network: quantize?.['network'] ?? null, pe: peInputs(point), ...hardwareInputs(point) },
    context: {},
  }),
  run: (job, { blobs }) =>
    infeasibleOr(() => {
      const hardware = hardwareOf(blobs, inputsSchema.parse(job.inputs));
      const { profile, plan, prediction } = hardware;
      return {
        rtl: blobName(blobs.put(rtlText(hardware))),
        top: plan.config.name,
        dsp: profile.dsp,
        keepHierarchy: multiplierModules(hardware),
        targetMHz: profile.targetMHz,
        cycles: { latency: prediction.latencyCycles, interval: prediction.initiationInterval },
        layers: layersOf(hardware).map(({ name, kind, peKind, weightBits, macs, cycles }, index) => ({
          ...{ name, kind, format: peKind, weightBits, macs, cycles },
          activationBits: activationBits(hardware, index),
        })),
      };
    }),
};

/** Of the layer's first input. */
const activationBits = ({ plan: { jobs, network } }: Hardware, index: number): number => {
  const layer = jobs[index]?.layer;
  if (layer === undefined) return 0;
  const input = layer.kind === 'add' ? layer.inputs[0] : layer.input;
  return network.tensors[input]?.bits ?? 0;
};
