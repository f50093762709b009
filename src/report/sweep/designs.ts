/** Designs: points that differ in the placer's seed only are one, with the median of its seeds and their spread. */
import { forEachMeasure, measuredOf, type Measured, type MeasureName } from './measures.js';
import { byNetwork, grouped } from './networks.js';
import type { SweepPoint } from './schema.js';

/** Order statistics; quartiles interpolate linearly between neighbours (Hyndman and Fan's type 7). */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly max: number;
}

export interface Design {
  /** `dwnet pvq N/K 2 · pvq 8x8 · hx8k`: what tells it from the others, in words. */
  readonly label: string;
  readonly model: string;
  readonly method: string;
  readonly setting: string;
  readonly pe: string;
  readonly rows: number;
  readonly columns: number;
  readonly device: string;
  readonly requestedMHz: number | null;
  /** Which of several networks, from 1, where model, method and setting name more than one; null: there is one. */
  readonly network: number | null;
  /** Ascending by seed. */
  readonly points: readonly SweepPoint[];
  /** Those of them that are done. */
  readonly done: readonly SweepPoint[];
  /** Medians over the seeds that are done. */
  readonly measured: Measured;
  /** Changes per picture by kind of cell, medians over the seeds that are done; null: not measured. */
  readonly activity: SweepPoint['activity'];
  /** Time from the first pixel to the last output at the median clock, µs. */
  readonly latencyUs: number | null;
  readonly fmax: Spread | null;
  /** The done point whose fmax is nearest to the median. */
  readonly typical: SweepPoint | null;
}

/** In the order in which the points name them first; different networks of the same name and setting are different designs. */
export function designsOf(points: readonly SweepPoint[]): readonly Design[] {
  return grouped(points, identityKey).flatMap((same) => {
    const networks = byNetwork(same);
    return networks.flatMap((group, index) => {
      const [first] = group;
      return first === undefined ? [] : [designOf(first, group, networks.length === 1 ? null : index + 1)];
    });
  });
}

/** Equal for points that names and numbers of the sweep file tell apart by the seed only. */
function identityKey(point: SweepPoint): string {
  const { model, method, setting, pe, rows, columns, device, requestedMHz } = point;
  return JSON.stringify([model, method, setting, pe, rows, columns, device, requestedMHz]);
}

/** undefined: no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? 0;
    const above = sorted[Math.ceil(place)] ?? 0;
    return below + (above - below) * (place - Math.floor(place));
  };
  return {
    count: sorted.length,
    min: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    max: at(1),
  };
}

function designOf(first: SweepPoint, group: readonly SweepPoint[], network: number | null): Design {
  const { model, method, setting, pe, rows, columns, device, requestedMHz } = first;
  const points = [...group].sort((a, b) => a.seed - b.seed);
  const done = points.filter(({ status }) => status === 'done');
  const each = done.map(measuredOf);
  const values = (name: MeasureName): readonly number[] =>
    each.map((measured) => measured[name]).filter((value) => value !== null);
  const measured = forEachMeasure((name) => spreadOf(values(name))?.median ?? null);
  const { latencyCycles, fmaxMHz } = measured;
  return {
    label: labelOf(first, network),
    ...{ model, method, setting, pe, rows, columns, device, requestedMHz, network },
    points,
    done,
    measured,
    activity: medianActivity(done),
    latencyUs: latencyCycles === null || fmaxMHz === null || fmaxMHz === 0 ? null : latencyCycles / fmaxMHz,
    fmax: spreadOf(values('fmaxMHz')) ?? null,
    typical: typicalOf(done, fmaxMHz),
  };
}

function labelOf(point: SweepPoint, network: number | null): string {
  const { model, method, setting, pe, rows, columns, device, requestedMHz } = point;
  const clock = requestedMHz === null ? '' : ` at ${requestedMHz} MHz`;
  const which = network === null ? '' : ` · network ${network}`;
  return `${[model, method, setting].filter((part) => part !== '').join(' ')} · ${pe} ${rows}x${columns} · ${device}${clock}${which}`;
}

/** Kinds of cells in the order in which the points name them first. */
function medianActivity(done: readonly SweepPoint[]): Design['activity'] {
  const counted = done.map(({ activity }) => activity).filter((activity) => activity !== null);
  if (counted.length === 0) return null;
  return grouped(counted.flat(), ({ cell }) => cell).map((group) => ({
    cell: group[0]?.cell ?? '',
    toggles: spreadOf(group.map(({ toggles }) => toggles))?.median ?? 0,
  }));
}

function typicalOf(done: readonly SweepPoint[], median: number | null): SweepPoint | null {
  const distance = ({ placed }: SweepPoint): number =>
    placed?.fmaxMHz == null || median === null ? Infinity : Math.abs(placed.fmaxMHz - median);
  return done.reduce<SweepPoint | null>(
    (best, point) => (best === null || distance(point) < distance(best) ? point : best),
    null,
  );
}
