/** What a sweep or a search measured, as `nomul report` draws it and exports it: one row per point, plain data. */
import { z } from 'zod';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);

export const sweepLayerSchema = z.strictObject({
  name: z.string(),
  /** As `report.json` of a build says it: `pointwise`, `depthwise 3x3` ... */
  kind: z.string(),
  /** int, ternary, powerOfTwo, pvq, or a product table's name. */
  format: z.string(),
  weightBits: amount,
  activationBits: amount,
  macs: count,
  cycles: count.nullable(),
});

/** A placed cell: what stands where on the part, for the floorplan. */
export const floorplanSchema = z.strictObject({
  /** Tiles of the part. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** Tiles that hold something: x, y, kind (index into `kinds`), cells in the tile. */
  kinds: z.array(z.string()),
  tiles: z.array(z.tuple([count, count, count, count])),
});

export const sweepPointSchema = z.strictObject({
  /** Hash of everything the point is made of. */
  id: z.string(),
  model: z.string(),
  /** prom, inq, factorize, pvq, fames, uniform, `search`; `as it came`: the model is quantized already. */
  method: z.string(),
  /** The method's configuration in a few words. */
  setting: z.string(),
  /** PE kind asked for; `auto`: what each layer's format asks for. */
  pe: z.string(),
  rows: count,
  columns: count,
  device: z.string(),
  requestedMHz: amount.nullable(),
  /** nextpnr's, as given to it. */
  seed: count,
  status: z.enum(['done', 'infeasible', 'failed']),
  /** Why it is not done: one line. */
  reason: z.string().nullable(),
  /** Shares of right answers: of the network before the method, of the integer network. */
  accuracy: z.strictObject({ before: share.nullable(), after: share, pictures: count }).nullable(),
  multiplications: count.nullable(),
  bitsPerWeight: amount.nullable(),
  macs: count.nullable(),
  cycles: z
    .strictObject({ latency: count, initiationInterval: count, basis: z.enum(['estimated', 'simulated']) })
    .nullable(),
  /** Pictures compared bit by bit with the reference; 0 differences or the point has failed. */
  verifiedPictures: count,
  synthesized: z.strictObject({ luts: count, registers: count, blockRams: count, dsps: count }).nullable(),
  placed: z
    .strictObject({
      fmaxMHz: amount.nullable(),
      timingMet: z.boolean(),
      utilization: z.array(z.strictObject({ cell: z.string(), used: count, available: count })),
    })
    .nullable(),
  inferencesPerSecond: amount.nullable(),
  /** Published energies per operation, pJ per picture (docs/prom.md): a model. */
  operationEnergyPj: amount.nullable(),
  /** Gate-level energy of the PEs' products and sums, pJ per picture (docs/energy.md): cell data and activity. */
  gateEnergyPj: amount.nullable(),
  /** Changes per picture of the placed design's cells, by kind of cell: activity, not energy. */
  activity: z.array(z.strictObject({ cell: z.string(), toggles: amount })).nullable(),
  layers: z.array(sweepLayerSchema),
  floorplan: floorplanSchema.nullable(),
});

export const sweepReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  nomul: z.string(),
  title: z.string(),
  /** Of the sweep file with every default filled in. */
  sweepHash: z.string(),
  tools: z.array(z.strictObject({ tool: z.string(), version: z.string() })),
  points: z.array(sweepPointSchema),
  /** Networks on the front of accuracy against one cost, where a search made them. */
  fronts: z.array(
    z.strictObject({
      cost: z.enum(['luts', 'energy', 'latency']),
      points: z.array(
        z.strictObject({ label: z.string(), accuracy: share, cost: amount, point: z.string().nullable() }),
      ),
    }),
  ),
});

export type SweepLayer = z.output<typeof sweepLayerSchema>;
export type Floorplan = z.output<typeof floorplanSchema>;
export type SweepPoint = z.output<typeof sweepPointSchema>;
export type SweepReport = z.output<typeof sweepReportSchema>;
