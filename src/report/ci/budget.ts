/** `budget.json`: limits for the numbers of designs. */
import { z } from 'zod';
import { ReportError } from '../schema.js';
import { measureNames, measures, type MeasureName } from '../sweep/measures.js';
import type { Identity, Subject } from './subjects.js';

export const budgetSchemaVersion = 1;

const tolerances = {
  /** Percent of the limit by which it may be missed. */
  tolerancePercent: z.number().nonnegative().optional(),
  /** The same in the measure's own unit; both add up. */
  tolerance: z.number().nonnegative().optional(),
} as const;
const least = z.strictObject({ min: z.number().nonnegative(), ...tolerances }).optional();
const most = z.strictObject({ max: z.number().nonnegative(), ...tolerances }).optional();

const limitsSchema = z
  .strictObject({
    /** Share of right answers, 0 .. 1. */
    accuracy: z.strictObject({ min: z.number().min(0).max(1), ...tolerances }).optional(),
    luts: most,
    registers: most,
    blockRams: most,
    dsps: most,
    /** After place and route; of several seeds the median. */
    fmaxMHz: least,
    latencyCycles: most,
    initiationInterval: most,
    inferencesPerSecond: least,
    multiplications: most,
    /** pJ per picture by published energies per operation. */
    operationEnergyPj: most,
    /** pJ per picture, gate level. */
    gateEnergyPj: most,
  })
  .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), {
    message: 'expected at least one limit',
  });

const entrySchema = z.strictObject({
  /** The designs that it is for: those that agree in every field given. No field: all designs. */
  match: z.strictObject({
    model: z.string().optional(),
    method: z.string().optional(),
    setting: z.string().optional(),
    pe: z.string().optional(),
    array: z
      .string()
      .regex(/^\d+x\d+$/, 'expected ROWSxCOLUMNS')
      .optional(),
    device: z.string().optional(),
    /** null: those for which no clock was asked for. */
    requestedMHz: z.number().nonnegative().nullable().optional(),
  }),
  limits: limitsSchema,
});

export const budgetSchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(budgetSchemaVersion),
  budgets: z.array(entrySchema),
});

export type Budget = z.output<typeof budgetSchema>;
export type BudgetEntry = Budget['budgets'][number];

export interface Limit {
  readonly measure: MeasureName;
  /** The number in the budget, a least or a greatest one. */
  readonly limit: number;
  readonly tolerancePercent: number;
  readonly tolerance: number;
}

/** A budget, not any file with a version: --update overwrites it. */
const otherVersionSchema = z.object({
  schemaVersion: z.number().refine((version) => version !== budgetSchemaVersion),
  budgets: z.unknown().refine((entries) => entries !== undefined),
});

/**
 * The budget that --update goes on from; undefined: it is of another schema version, of which nothing can be kept. Throws
 * ReportError, naming the field that is wrong.
 */
export const earlierBudget = (json: unknown): Budget | undefined =>
  otherVersionSchema.safeParse(json).success ? undefined : parseBudget(json);

/** Throws ReportError, naming the field that is wrong. */
export function parseBudget(json: unknown): Budget {
  const other = otherVersionSchema.safeParse(json);
  if (other.success) {
    throw new ReportError(
      'REPORT_VERSION',
      `the budget has schema version ${other.data.schemaVersion}, this nomul reads version ${budgetSchemaVersion}; --update replaces it by one of the present numbers`,
    );
  }
  const result = budgetSchema.safeParse(json);
  if (result.success) return result.data;
  throw new ReportError('REPORT_INVALID', `not a budget:\n${z.prettifyError(result.error)}`);
}

/** JSON Schema (2020-12) of `budget.json`. */
export function budgetJsonSchema(): unknown {
  return z.toJSONSchema(budgetSchema, { io: 'input' });
}

/** In the order of the measures. */
export function limitsOf({ limits }: BudgetEntry): readonly Limit[] {
  return measureNames.flatMap((measure) => {
    const entry = limits[measure];
    if (entry === undefined) return [];
    const { tolerancePercent = 0, tolerance = 0 } = entry;
    const limit = 'min' in entry ? entry.min : entry.max;
    return [{ measure, limit, tolerancePercent, tolerance }];
  });
}

/** The worst number that passes. */
export function allowedBy({ measure, limit, tolerancePercent, tolerance }: Limit): number {
  const slack = (limit * tolerancePercent) / 100 + tolerance;
  return measures[measure].better === 'less' ? limit + slack : limit - slack;
}

export function matches({ match }: BudgetEntry, identity: Identity): boolean {
  return (
    agrees(match.model, identity.model) &&
    agrees(match.method, identity.method) &&
    agrees(match.setting, identity.setting) &&
    agrees(match.pe, identity.pe) &&
    agrees(match.array, identity.array) &&
    agrees(match.device, identity.device) &&
    agrees(match.requestedMHz, identity.requestedMHz)
  );
}

const agrees = <T>(asked: T | undefined, found: T | null): boolean => asked === undefined || asked === found;

/** What varies with a tool's version although the design is the same: these limits get a tolerance. */
const tolerant: ReadonlySet<MeasureName> = new Set(['luts', 'registers', 'fmaxMHz', 'inferencesPerSecond']);

/**
 * A budget with the present numbers: entries that match keep what they limit and their tolerances (of several designs the
 * worst number), entries that match nothing stay as they are, and designs without an entry get one with every number measured.
 */
export function updateBudget(
  earlier: Budget | undefined,
  subjects: readonly Subject[],
  tolerancePercent: number,
): Budget {
  const entries = earlier?.budgets ?? [];
  const missing = subjects.filter(({ identity }) => !entries.some((entry) => matches(entry, identity)));
  // A design that several reports have gets one entry.
  const groups = new Map<string, readonly Subject[]>();
  for (const subject of missing) {
    const key = JSON.stringify(subject.identity);
    groups.set(key, [...(groups.get(key) ?? []), subject]);
  }
  const renewed = entries.map((entry) => renew(entry, subjects));
  const made = [...groups.values()].flatMap((group) => newEntry(group, tolerancePercent));
  return { ...earlier, schemaVersion: budgetSchemaVersion, budgets: [...renewed, ...made] };
}

function renew(entry: BudgetEntry, subjects: readonly Subject[]): BudgetEntry {
  const own = subjects.filter(({ identity }) => matches(entry, identity));
  const limits = limitsOf(entry).map((limit) => ({
    ...limit,
    limit: worst(own, limit.measure) ?? limit.limit,
  }));
  return { match: entry.match, limits: limitsObject(limits) };
}

function worst(subjects: readonly Subject[], measure: MeasureName): number | null {
  const found = subjects.map(({ measured }) => measured[measure]).filter((value) => value !== null);
  if (found.length === 0) return null;
  return measures[measure].better === 'less' ? Math.max(...found) : Math.min(...found);
}

function newEntry(group: readonly Subject[], tolerancePercent: number): readonly BudgetEntry[] {
  const [first] = group;
  const limits = measureNames.flatMap((measure): readonly Limit[] => {
    const limit = worst(group, measure);
    if (limit === null) return [];
    return [{ measure, limit, tolerance: 0, tolerancePercent: tolerant.has(measure) ? tolerancePercent : 0 }];
  });
  // A design that was not built has nothing to limit.
  if (first === undefined || limits.length === 0) return [];
  return [entrySchema.parse({ match: matchOf(first.identity), limits: limitsObject(limits) })];
}

function matchOf({ requestedMHz, ...rest }: Identity): unknown {
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  // Without a device there is no clock to ask for.
  return rest.device === null ? known : { ...known, requestedMHz };
}

function limitsObject(limits: readonly Limit[]): BudgetEntry['limits'] {
  const entries = limits.map(({ measure, limit, tolerancePercent, tolerance }) => [
    measure,
    {
      [measures[measure].better === 'less' ? 'max' : 'min']: limit,
      ...(tolerancePercent === 0 ? {} : { tolerancePercent }),
      ...(tolerance === 0 ? {} : { tolerance }),
    },
  ]);
  return limitsSchema.parse(Object.fromEntries(entries));
}
