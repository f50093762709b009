/** Which combinations are wanted. */

import type { Point } from './points.js';
import type { Condition, Constraint } from './schema.js';

/** A point as constraints see it: one value per dimension. */
export interface PointView {
  readonly model: string;
  readonly method: string;
  readonly setting: string;
  readonly pe: string;
  readonly array: string;
  readonly rows: number;
  readonly columns: number;
  readonly reloadable: boolean;
  readonly device: string;
  /** null: what suits the device. */
  readonly clock: number | null;
}

export type PointForView = Omit<Point, 'seed'>;

export const viewOf = ({ model, method, pe, rows, columns, ...point }: PointForView): PointView => ({
  model: model.name,
  ...{ method: method.method, setting: method.setting },
  pe: pe.kind,
  array: `${rows}x${columns}`,
  ...{ rows, columns },
  ...{ reloadable: point.reloadable, device: point.device, clock: point.clockMHz },
});

/** Whether a point is allowed. */
export const satisfies = (view: PointView, constraint: Constraint): boolean =>
  'exclude' in constraint
    ? !matches(view, constraint.exclude)
    : !matches(view, constraint.when) || matches(view, constraint.allow);

/** A condition without any dimension holds always. */
const matches = (view: PointView, condition: Condition): boolean =>
  isAmong(view.model, condition.model) &&
  isAmong(view.method, condition.method) &&
  isAmong(view.pe, condition.pe) &&
  isAmong(view.array, condition.array) &&
  isWithin(view.rows, condition.rows) &&
  isWithin(view.columns, condition.columns) &&
  isAmong(view.reloadable, condition.reloadable) &&
  isAmong(view.device, condition.device) &&
  isAmong(view.clock, condition.clock);

const isAmong = <T>(value: T, wanted: T | readonly T[] | undefined): boolean =>
  wanted === undefined || (isList(wanted) ? wanted.includes(value) : wanted === value);

const isList = <T>(wanted: T | readonly T[]): wanted is readonly T[] => Array.isArray(wanted);

const isWithin = (value: number, wanted: Condition['rows']): boolean => {
  if (wanted === undefined || typeof wanted === 'number' || Array.isArray(wanted))
    return isAmong(value, wanted);
  return value >= (wanted.atLeast ?? -Infinity) && value <= (wanted.atMost ?? Infinity);
};

/** `constraint 2 ("small parts")`. */
export const constraintName = ({ name }: Constraint, index: number): string =>
  `constraint ${index + 1}${name === undefined ? '' : ` ("${name}")`}`;

/** Names in conditions that no dimension has: written wrongly, they would match nothing without a word. */
export const unknownNames = (
  constraints: readonly Constraint[],
  known: Readonly<Record<'model' | 'method' | 'pe', ReadonlySet<string>>>,
): readonly string[] =>
  constraints.flatMap((constraint, index) => {
    const conditions = 'exclude' in constraint ? [constraint.exclude] : [constraint.when, constraint.allow];
    return conditions.flatMap((condition) =>
      (['model', 'method', 'pe'] as const).flatMap((dimension) =>
        [condition[dimension] ?? []]
          .flat()
          .filter((value) => !known[dimension].has(value))
          .map((value) => `${constraintName(constraint, index)} names the ${dimension} "${value}"`),
      ),
    );
  });
