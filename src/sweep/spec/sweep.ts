/** All points of a sweep, one after the other: never all in memory. */

import { z } from 'zod';
import { canonical, hashOf, type Json, type JsonObject } from '../canonical.js';
import { SweepError } from '../errors.js';
import { constraintName, satisfies, unknownNames, viewOf, type PointForView } from './constraints.js';
import {
  asItCame,
  type FileRef,
  type Point,
  type PointMethod,
  type PointModel,
  type PointPe,
} from './points.js';
import { numbersOf, valuesOf } from './ranges.js';
import type { SweepSpec } from './schema.js';
import { spreadSeeds } from './seeds.js';
import { takes, type Where } from './where.js';

/** A sweep that was read: its points are known, and there is at least one. */
export interface Sweep {
  readonly title: string;
  /** Of the file with every default filled in, contents of files instead of their names. */
  readonly hash: string;
  readonly pointCount: number;
  readonly designCount: number;
  readonly devices: SweepSpec['devices'];
  readonly tools: string | null;
  /** Activity is asked for, which takes a simulator of netlists. */
  readonly measuresActivity: boolean;
  /** The same order every time: seeds vary fastest, then clocks, devices, arrays, PEs, methods, models. */
  readonly points: () => Iterable<Point>;
}

export interface SweepFiles {
  readonly models: readonly PointModel[];
  readonly pins: Readonly<Partial<Record<SweepSpec['devices'][number], FileRef>>>;
  /** Of `energy`; null: not asked for. */
  readonly liberty: FileRef | null;
}

/** More combinations are refused before they are made, and counted one by one. */
const mostCombinations = 20_000_000;
export const defaultPointsLimit = 100_000;

/** @throws SweepError NO_POINTS, TOO_MANY_POINTS, CONTRADICTION, BAD_SWEEP_FILE */
export const makeSweep = (
  spec: SweepSpec,
  files: SweepFiles,
  {
    where,
    pointsLimit = defaultPointsLimit,
  }: { readonly where?: Where | undefined; readonly pointsLimit?: number },
): Sweep => {
  const others = otherDimensionsOf(spec, files);
  const seeds = typeof spec.seeds === 'number' ? spreadSeeds(spec.seeds) : distinct(spec.seeds);
  const settings = spec.methods.reduce((sum, method) => sum + settingCount(method), 0);
  const combinations = settings * sizeOf(others);
  // Settings are kept in memory, and no constraint tells one of them from another.
  if (combinations > mostCombinations || settings > Math.max(pointsLimit, defaultPointsLimit))
    throw tooMany(combinations * seeds.length, pointsLimit, true);
  const dimensions = { ...others, methods: distinct(spec.methods.flatMap(methodsOf)) };
  requireKnownNames(spec, dimensions);
  const designCount = countDesigns(spec, dimensions, where);
  const pointCount = designCount * seeds.length;
  if (pointCount > pointsLimit) throw tooMany(pointCount, pointsLimit, false);
  return {
    title: spec.title,
    hash: hashOf(identityOf(spec, files, where)),
    ...{ pointCount, designCount },
    devices: spec.devices,
    tools: spec.tools ?? null,
    measuresActivity: spec.activity !== undefined,
    points: () => pointsOf(spec, dimensions, seeds, where),
  };
};

const tooMany = (points: number, limit: number, atMost: boolean): SweepError =>
  new SweepError(
    'TOO_MANY_POINTS',
    `the sweep has ${atMost ? 'up to ' : ''}${points.toLocaleString('en')} points, more than ${limit.toLocaleString('en')}; nothing was started. ` +
      'Take values out, add constraints, or allow so many with --points-limit',
  );

interface Dimensions {
  readonly models: readonly PointModel[];
  readonly methods: readonly PointMethod[];
  readonly pes: readonly PointPe[];
  readonly arrays: readonly { readonly rows: number; readonly columns: number }[];
  readonly reloadable: readonly boolean[];
  readonly devices: SweepSpec['devices'];
  readonly clocks: readonly (number | null)[];
  readonly rest: (
    device: Point['device'],
  ) => Pick<Point, 'pins' | 'verify' | 'energy' | 'activity' | 'limits' | 'tools'>;
}

type OtherDimensions = Omit<Dimensions, 'methods'>;

/** All but methods, whose settings are a product of their own. */
const otherDimensionsOf = (spec: SweepSpec, { models, pins, liberty }: SweepFiles): OtherDimensions => ({
  models,
  pes: distinct(spec.pe.flatMap(pesOf)),
  arrays: distinct(arraysOf(spec.arrays)),
  reloadable: distinct(spec.reloadable),
  devices: distinct(spec.devices),
  clocks: distinct('from' in spec.clocks ? valuesOf(spec.clocks) : spec.clocks),
  rest: (device) => ({
    pins: pins[device] ?? null,
    energy: spec.energy === undefined || liberty === null ? null : { ...spec.energy, liberty },
    activity: spec.activity ?? null,
    ...{ verify: spec.verify, limits: spec.limits, tools: spec.tools ?? null },
  }),
});

const sizeOf = ({ models, pes, arrays, reloadable, devices, clocks }: OtherDimensions): number =>
  [models, pes, arrays, reloadable, devices, clocks].reduce((product, { length }) => product * length, 1);

/** What is written twice counts once. */
const distinct = <T>(values: readonly T[]): T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

type MethodSpec = SweepSpec['methods'][number];
type Varied = Extract<MethodSpec, { readonly vary: unknown }>['vary'][string];

const listOf = (values: Varied): readonly Json[] => ('from' in values ? valuesOf(values) : values);

const settingCount = (method: MethodSpec): number =>
  method.method === asItCame
    ? 1
    : Object.values(method.vary).reduce<number>((product, values) => product * listOf(values).length, 1);

const methodsOf = (method: MethodSpec): readonly PointMethod[] => {
  if (method.method === asItCame)
    return [{ method: asItCame, config: {}, setting: '', epochs: null, validation: null, seed: 0 }];
  const { vary, config, epochs = null, validation = null, seed } = method;
  let settings: readonly JsonObject[] = [{}];
  for (const [parameter, values] of Object.entries(vary))
    settings = settings.flatMap((setting) =>
      listOf(values).map((value) => ({ ...setting, [parameter]: value })),
    );
  return settings.map((varied) => ({
    method: method.method,
    config: { ...config, ...varied },
    setting: Object.entries({ ...config, ...varied })
      .map(([parameter, value]) => `${parameter} ${typeof value === 'string' ? value : canonical(value)}`)
      .join(', '),
    ...{ epochs, validation, seed },
  }));
};

const pesOf = (pe: SweepSpec['pe'][number]): readonly PointPe[] => {
  if (typeof pe === 'string') return [{ kind: pe, round: false, pulses: null }];
  const { kind, roundWeights: round, pvqPulses } = pe;
  if (kind === 'auto' && round)
    throw new SweepError('BAD_SWEEP_FILE', 'pe "auto" rounds nothing; name the kind to round for');
  if (pvqPulses === undefined) return [{ kind, round, pulses: null }];
  if (!(kind === 'pvq' && round))
    throw new SweepError('BAD_SWEEP_FILE', 'pvqPulses counts where pe "pvq" has roundWeights');
  return numbersOf(pvqPulses).map((pulses) => ({ kind, round, pulses }));
};

const arraysOf = (arrays: SweepSpec['arrays']): Dimensions['arrays'] => {
  if (!('rows' in arrays))
    return arrays.map((size) => {
      const [rows = 0, columns = 0] = size.split('x').map(Number);
      return { rows, columns };
    });
  const columns = sides(numbersOf(arrays.columns));
  return sides(numbersOf(arrays.rows)).flatMap((rows) => columns.map((each) => ({ rows, columns: each })));
};

const sides = (numbers: readonly number[]): readonly number[] => {
  const wrong = numbers.find((value) => !Number.isInteger(value) || value < 1 || value > 1024);
  if (wrong === undefined) return numbers;
  throw new SweepError(
    'BAD_SWEEP_FILE',
    `an array has no side of ${wrong}; expected whole numbers, 1 to 1024`,
  );
};

const requireKnownNames = (spec: SweepSpec, { models, methods, pes }: Dimensions): void => {
  const unknown = unknownNames(spec.constraints, {
    model: new Set(models.map(({ name }) => name)),
    method: new Set(methods.map(({ method }) => method)),
    pe: new Set(pes.map(({ kind }) => kind)),
  });
  if (unknown.length > 0)
    throw new SweepError('BAD_SWEEP_FILE', `${unknown.join('; ')}, which the sweep does not have`);
};

function* combinationsOf(dimensions: Dimensions): Generator<PointForView> {
  for (const model of dimensions.models)
    for (const method of dimensions.methods)
      for (const pe of dimensions.pes)
        for (const array of dimensions.arrays)
          for (const reloadable of dimensions.reloadable)
            for (const device of dimensions.devices)
              for (const clockMHz of dimensions.clocks)
                yield {
                  model,
                  method,
                  pe,
                  ...array,
                  reloadable,
                  device,
                  clockMHz,
                  ...dimensions.rest(device),
                };
}

function* pointsOf(
  { constraints }: SweepSpec,
  dimensions: Dimensions,
  seeds: readonly number[],
  where: Where | undefined,
): Generator<Point> {
  for (const design of combinationsOf(dimensions)) {
    const view = viewOf(design);
    if (!constraints.every((constraint) => satisfies(view, constraint))) continue;
    if (where !== undefined && !takes(where, design)) continue;
    for (const seed of seeds) yield { ...design, seed };
  }
}

/** How many designs the constraints leave. @throws SweepError NO_POINTS, CONTRADICTION naming the one that leaves none */
const countDesigns = (
  { constraints }: SweepSpec,
  dimensions: Dimensions,
  where: Where | undefined,
): number => {
  const left = [0, ...constraints.map(() => 0)];
  let count = 0;
  for (const design of combinationsOf(dimensions)) {
    const view = viewOf(design);
    const failing = constraints.findIndex((constraint) => !satisfies(view, constraint));
    const passed = failing < 0 ? constraints.length : failing;
    for (let index = 0; index <= passed; index++) left[index] = (left[index] ?? 0) + 1;
    if (failing < 0 && (where === undefined || takes(where, design))) count++;
  }
  const combinations = left[0] ?? 0;
  if (combinations === 0) throw new SweepError('NO_POINTS', 'the sweep has no points: a dimension is empty');
  if (count > 0) return count;
  const guilty = left.findIndex((some) => some === 0);
  const constraint = constraints[guilty - 1];
  throw new SweepError(
    'CONTRADICTION',
    constraint === undefined
      ? `\`where\` leaves none of the ${combinations} designs; change it`
      : `${constraintName(constraint, guilty - 1)}, ${JSON.stringify(constraint)}, leaves nothing of the ${left[guilty - 1] ?? 0} designs that were left before it; change or remove it`,
  );
};

/** Contents instead of paths. */
const identityOf = (
  spec: SweepSpec,
  { models, pins, liberty }: SweepFiles,
  where: Where | undefined,
): JsonObject => {
  // The rest is said by contents, or changes no result.
  const left = {
    ...spec,
    $schema: undefined,
    models: undefined,
    pins: undefined,
    energy: undefined,
    limits: undefined,
    tools: undefined,
  };
  const plain = z.json().parse(JSON.parse(JSON.stringify(left)));
  return {
    file: plain,
    models: models.map(({ name, model, inputScale, samples, labels, data }) => ({
      ...{ name, inputScale, model: model.sha256 },
      ...{ samples: samples?.sha256 ?? null, labels: labels?.sha256 ?? null, data: data?.sha256 ?? null },
    })),
    pins: Object.fromEntries(Object.entries(pins).map(([device, { sha256 }]) => [device, sha256])),
    where: where?.toString() ?? null,
    ...(spec.energy === undefined || liberty === null
      ? {}
      : { energy: { ...spec.energy, liberty: liberty.sha256 } }),
  };
};
