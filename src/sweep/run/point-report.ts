/** One point as the report has it: put together from its stages' results. */

import { z } from 'zod';
import { floorplanSchema, type Floorplan, type SweepPoint } from '../../report/index.js';
import type { Quarantined } from '../queue/queue.js';
import { pointId, type Point } from '../spec/points.js';
import type { Resolution } from '../stages/resolve.js';
import { measurements, unavailableSchema } from '../stages/unavailable.js';
import type { Blobs } from '../store/blobs.js';
import { blobHash } from '../store/store.js';

const share = z.number();
const count = z.number();
const quantized = z.object({ accuracyBefore: share.nullable() });
const evaluated = z.object({
  macs: count,
  multiplications: count,
  bitsPerWeight: z.number().nullable(),
  operationEnergyPj: z.number(),
  accuracy: z.object({ top1: share, pictures: count }).nullable(),
});
const emitted = z.object({
  cycles: z.object({ latency: count, interval: count }),
  layers: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      format: z.string(),
      weightBits: z.number(),
      activationBits: z.number(),
      macs: count,
      cycles: count,
    }),
  ),
});
const simulated = z.object({
  pictures: count,
  mismatches: count,
  cycles: z.object({ latency: count, interval: count.nullable() }),
});
const synthesized = z.object({
  counts: z.object({ luts: count, registers: count, blockRams: count, dsps: count }),
});
const placed = z.object({
  fmaxMHz: z.number().nullable(),
  timingMet: z.boolean(),
  utilization: z.array(z.object({ cell: z.string(), used: count, available: count })),
  floorplan: z.string().nullable(),
});

const energy = z.union([z.object({ pjPerPicture: z.number() }), unavailableSchema]);
const activity = z.union([
  z.object({ cells: z.array(z.object({ cell: z.string(), toggles: z.number() })) }),
  unavailableSchema,
]);

export interface PointContext {
  readonly blobs: Blobs;
  /** Jobs that were given up, by id. */
  readonly quarantined: ReadonlyMap<string, Quarantined>;
  /** The floorplan is read, which takes space: not of every seed. */
  readonly withFloorplan: boolean;
}

/** undefined: the point is not finished. */
export const pointReport = (
  point: Point,
  resolution: Resolution,
  context: PointContext,
): SweepPoint | undefined => {
  const failed = resolution.missing.flatMap(({ id }) => context.quarantined.get(id) ?? []);
  if (failed.length < resolution.missing.length) return undefined;
  const parts = partsOf(resolution);
  const { simulate, synthesize, place } = parts;
  const cycles = cyclesOf(parts);
  const fmax = place?.fmaxMHz ?? null;
  return {
    ...identityOf(point),
    ...statusOf(resolution, failed, parts),
    ...networkOf(parts),
    cycles,
    verifiedPictures: simulate?.mismatches === 0 ? simulate.pictures : 0,
    synthesized: synthesize === undefined ? null : { ...synthesize.counts },
    placed:
      place === undefined
        ? null
        : { fmaxMHz: fmax, timingMet: place.timingMet, utilization: place.utilization },
    inferencesPerSecond: fmax === null || cycles === null ? null : (fmax * 1e6) / cycles.initiationInterval,
    ...measuredOf(parts),
    floorplan: context.withFloorplan ? floorplanOf(place?.floorplan ?? null, context.blobs) : null,
  };
};

type Parts = ReturnType<typeof partsOf>;

const partsOf = ({ results }: Resolution) => {
  const read = <S extends z.ZodType>(stage: string, schema: S): z.output<S> | undefined => {
    const outcome = results[stage]?.outcome;
    return outcome?.kind === 'done' ? schema.parse(outcome.outputs) : undefined;
  };
  return {
    quantize: read('quantize', quantized),
    evaluate: read('evaluate', evaluated),
    emit: read('emit', emitted),
    simulate: read('simulate', simulated),
    synthesize: read('synthesize', synthesized),
    place: read('place', placed),
    energy: read('energy', energy),
    activity: read('activity', activity),
  };
};

const identityOf = (
  point: Point,
): Pick<
  SweepPoint,
  'id' | 'model' | 'method' | 'setting' | 'pe' | 'rows' | 'columns' | 'device' | 'requestedMHz' | 'seed'
> => ({
  id: pointId(point),
  model: point.model.name,
  method: point.method.method,
  setting: settingOf(point),
  pe: point.pe.kind,
  rows: point.rows,
  columns: point.columns,
  device: point.device,
  requestedMHz: point.clockMHz,
  seed: point.seed,
});

/** What no other column tells. */
const settingOf = ({ method, pe, reloadable }: Point): string =>
  [
    ...(method.setting === '' ? [] : [method.setting]),
    ...(method.epochs === null ? [] : [`${method.epochs} epochs`]),
    ...(pe.round
      ? [pe.pulses === null ? 'weights rounded' : `weights rounded, ${pe.pulses} pulses per weight`]
      : []),
    ...(reloadable ? ['reloadable'] : []),
  ].join(', ');

const statusOf = (
  { infeasible }: Resolution,
  failures: readonly Quarantined[],
  parts: Parts,
): Pick<SweepPoint, 'status' | 'reason'> => {
  const { simulate, emit } = parts;
  const failed = failures.find(({ stage }) => !measurements.includes(stage));
  if (failed !== undefined) return { status: 'failed', reason: failureText(failed) };
  const wrong = simulate === undefined ? undefined : differenceOf(simulate, emit);
  if (wrong !== undefined) return { status: 'failed', reason: `simulate: ${wrong}` };
  if (infeasible !== null) return { status: 'infeasible', reason: firstLine(infeasible.reason) };
  return { status: 'done', reason: lackOf(failures, parts) };
};

const failureText = ({ stage, failure: { message, code } }: Quarantined): string =>
  `${stage}: ${firstLine(message)} (${code})`;

/** Why energy or activity is not known of a point that is done; null: nothing is lacking. */
const lackOf = (
  failures: readonly Quarantined[],
  { energy: gates, activity: cells }: Parts,
): string | null => {
  const lacks = [
    ...failures.map(failureText),
    ...(gates !== undefined && 'unavailable' in gates ? [`energy: ${firstLine(gates.unavailable)}`] : []),
    ...(cells !== undefined && 'unavailable' in cells ? [`activity: ${firstLine(cells.unavailable)}`] : []),
  ];
  return lacks.length === 0 ? null : lacks.join('; ');
};

const measuredOf = ({
  energy: gates,
  activity: cells,
}: Parts): Pick<SweepPoint, 'gateEnergyPj' | 'activity'> => ({
  gateEnergyPj: gates !== undefined && 'pjPerPicture' in gates ? gates.pjPerPicture : null,
  activity:
    cells !== undefined && 'cells' in cells
      ? cells.cells.map(({ cell, toggles }) => ({ cell, toggles }))
      : null,
});

const differenceOf = (
  { mismatches, pictures, cycles }: z.output<typeof simulated>,
  emit: Parts['emit'],
): string | undefined => {
  if (mismatches > 0) return `${mismatches} outputs of ${pictures} pictures differ from the reference`;
  const predicted = emit?.cycles;
  if (predicted === undefined) return undefined;
  if (cycles.latency !== predicted.latency)
    return `the latency is ${cycles.latency} cycles, predicted ${predicted.latency}`;
  if (cycles.interval !== null && cycles.interval !== predicted.interval)
    return `the initiation interval is ${cycles.interval} cycles, predicted ${predicted.interval}`;
  return undefined;
};

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

const networkOf = ({
  quantize,
  evaluate,
  emit,
}: Parts): Pick<
  SweepPoint,
  'accuracy' | 'multiplications' | 'bitsPerWeight' | 'macs' | 'operationEnergyPj' | 'layers'
> => ({
  accuracy:
    evaluate?.accuracy == null
      ? null
      : {
          before: quantize?.accuracyBefore ?? null,
          after: evaluate.accuracy.top1,
          pictures: evaluate.accuracy.pictures,
        },
  multiplications: evaluate?.multiplications ?? null,
  bitsPerWeight: evaluate?.bitsPerWeight ?? null,
  macs: evaluate?.macs ?? null,
  operationEnergyPj: evaluate?.operationEnergyPj ?? null,
  layers: (emit?.layers ?? []).map((layer) => ({
    ...layer,
    format: layer.format.replace(/^int\d+$/, 'int'),
  })),
});

const cyclesOf = ({ simulate, emit }: Parts): SweepPoint['cycles'] => {
  if (emit === undefined) return null;
  const { latency, interval } = emit.cycles;
  if (simulate === undefined || simulate.mismatches > 0)
    return { latency, initiationInterval: interval, basis: 'estimated' };
  const { cycles } = simulate;
  return { latency: cycles.latency, initiationInterval: cycles.interval ?? interval, basis: 'simulated' };
};

const floorplanOf = (name: string | null, blobs: Blobs): Floorplan | null =>
  name === null ? null : floorplanSchema.parse(JSON.parse(blobs.getText(blobHash(name))));
