/** A point: one combination of everything a sweep file lets vary, one seed of the placer included. */

import type { JsonObject } from '../canonical.js';
import { hashOf } from '../canonical.js';
import type { SweepSpec } from './schema.js';

/** A file (or a data set's files) as it was when the sweep was read; stages refuse it when it has changed. */
export interface FileRef {
  /** Absolute; of a data set FOLDER or FOLDER:PREFIX. Never part of an id or a result. */
  readonly path: string;
  readonly sha256: string;
}

export interface PointModel {
  readonly name: string;
  readonly model: FileRef;
  /** null: 1, or what suits the data set. */
  readonly inputScale: number | null;
  readonly samples: FileRef | null;
  readonly labels: FileRef | null;
  readonly data: FileRef | null;
}

export interface PointMethod {
  /** A method of `nomul quantize`, or `as it came`. */
  readonly method: string;
  readonly config: JsonObject;
  /** What varies of the configuration, in a few words. */
  readonly setting: string;
  /** null: the method's default. */
  readonly epochs: number | null;
  readonly validation: number | null;
  readonly seed: number;
}

export interface PointPe {
  readonly kind: Extract<SweepSpec['pe'][number], string>;
  readonly round: boolean;
  readonly pulses: number | null;
}

/** What energy in gates is measured with. */
export interface PointEnergy {
  readonly liberty: FileRef;
  /** The first ones, of which operations are drawn. */
  readonly pictures: number;
  readonly operations: number;
}

export type PointDevice = SweepSpec['devices'][number];

export interface Point {
  readonly model: PointModel;
  readonly method: PointMethod;
  readonly pe: PointPe;
  readonly rows: number;
  readonly columns: number;
  readonly reloadable: boolean;
  readonly device: PointDevice;
  /** null: what suits the device. */
  readonly clockMHz: number | null;
  readonly seed: number;
  readonly pins: FileRef | null;
  /** Pictures compared bit by bit. */
  readonly verify: number;
  /** null: not asked for. */
  readonly energy: PointEnergy | null;
  /** Pictures of the activity; null: not asked for. */
  readonly activity: number | null;
  readonly limits: SweepSpec['limits'];
  /** Where tools come from, as `--tools`. */
  readonly tools: string | null;
}

/** Hash of all that the point is made of: contents of files, not their names; no limits, which change no result. */
export const pointId = (point: Point): string => hashOf(contentOf(point));

const contentOf = ({ model, method, pe, pins, verify, energy, activity, ...point }: Point): JsonObject => ({
  model: model.model.sha256,
  inputScale: model.inputScale,
  samples: model.samples?.sha256 ?? null,
  labels: model.labels?.sha256 ?? null,
  method: methodContent(method),
  data: model.data?.sha256 ?? null,
  pe: { ...pe },
  rows: point.rows,
  columns: point.columns,
  reloadable: point.reloadable,
  device: point.device,
  clockMHz: point.clockMHz,
  seed: point.seed,
  pins: pins?.sha256 ?? null,
  verify,
  // What is not asked for is not named: such points are called as they were before it could be.
  ...(energy === null ? {} : { energy: { ...energy, liberty: energy.liberty.sha256 } }),
  ...(activity === null ? {} : { activity }),
});

/** A method without the words that describe it. */
export const methodContent = ({ method, config, epochs, validation, seed }: PointMethod): JsonObject => ({
  ...{ method, config, epochs, validation, seed },
});

export const asItCame = 'as it came';

/** For people: `digits, ternary, 4x4, hx8k, seed 5`. */
export const pointLabel = (point: Point): string => `${designLabel(point)}, seed ${point.seed}`;

/** The same without the seed. */
export const designLabel = ({ model, method, pe, ...point }: Omit<Point, 'seed'>): string =>
  [
    model.name,
    ...(method.method === asItCame
      ? []
      : [`${method.method}${method.setting === '' ? '' : ` ${method.setting}`}`]),
    `${pe.kind}${pe.round ? ' rounded' : ''}${pe.pulses === null ? '' : ` ${pe.pulses} pulses`}`,
    `${point.rows}x${point.columns}`,
    ...(point.reloadable ? ['reloadable'] : []),
    point.device,
    ...(point.clockMHz === null ? [] : [`${point.clockMHz} MHz`]),
  ].join(', ');
