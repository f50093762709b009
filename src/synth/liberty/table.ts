/** Values by input slew and output load, as Liberty characterizes delays, slews and energies. */

import { BadLiberty } from '../errors.js';
import type { Attribute, Group } from './syntax.js';

/** `values[i][j]` belongs to `slews[i]` (ns) and `loads[j]` (fF); one entry where the value does not depend on it. */
export interface Table {
  readonly slews: readonly number[];
  readonly loads: readonly number[];
  readonly values: readonly (readonly number[])[];
}

/** Bilinear between the points of the table and, as static timing does, linear beyond its ends. */
export function lookUp({ slews, loads, values }: Table, slewNs: number, loadFf: number): number {
  const [row, rowShare] = place(slews, slewNs);
  const [column, columnShare] = place(loads, loadFf);
  const at = (i: number, j: number): number => values[i]?.[j] ?? values[row]?.[column] ?? 0;
  const along = (i: number): number => mix(at(i, column), at(i, column + 1), columnShare);
  return rowShare === 0 ? along(row) : mix(along(row), along(row + 1), rowShare);
}

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

/** The interval of `points` to use for `x`, and how far into it `x` lies. */
function place(points: readonly number[], x: number): readonly [number, number] {
  if (points.length < 2) return [0, 0];
  const above = points.findIndex((point, i) => i > 0 && x < point);
  const low = above < 0 ? points.length - 2 : above - 1;
  const [from = 0, to = 1] = [points[low], points[low + 1]];
  return [low, (x - from) / (to - from)];
}

/** What tables of one library share. */
export interface TableContext {
  readonly file: string;
  readonly templates: ReadonlyMap<string, Group>;
  /** ns and fF of one unit of the library. */
  readonly timeNs: number;
  readonly loadFf: number;
}

const SLEWS = ['input_net_transition', 'input_transition_time'];
const LOADS = ['total_output_net_capacitance'];

/** Reads a table whose values are multiplied by `scale`. @throws BadLiberty for other variables, or sizes that disagree */
export function readTable(group: Group, context: TableContext, scale: number): Table {
  const { file, templates, timeNs, loadFf } = context;
  const [name = 'scalar'] = group.args;
  const template = templates.get(name);
  if (template === undefined && name !== 'scalar')
    throw new BadLiberty(
      file,
      group.line,
      `${group.kind} uses the table template ${name}, which is not defined`,
    );
  const axes = [1, 2, 3].flatMap((number) => {
    const variable = template && textOf(template, `variable_${String(number)}`);
    if (variable === undefined) return [];
    const index =
      find(group, `index_${String(number)}`) ?? (template && find(template, `index_${String(number)}`));
    if (index === undefined)
      throw new BadLiberty(file, group.line, `the table has no index_${String(number)} for ${variable}`);
    return [{ variable, points: numbers(index, file) }];
  });
  const [slewAxis, loadAxis] = [SLEWS, LOADS].map((names) =>
    axes.findIndex(({ variable }) => names.includes(variable)),
  );
  const other = axes.find((_, i) => i !== slewAxis && i !== loadAxis);
  if (other !== undefined)
    throw new BadLiberty(
      file,
      group.line,
      `tables over ${other.variable} are not supported for ${group.kind}`,
    );
  const given = find(group, 'values');
  const values = given === undefined ? [] : numbers(given, file).map((value) => value * scale);
  const slews = axes[slewAxis ?? -1]?.points ?? [0];
  const loads = axes[loadAxis ?? -1]?.points ?? [0];
  if (values.length !== slews.length * loads.length)
    throw new BadLiberty(
      file,
      given?.line ?? group.line,
      `${group.kind} has ${String(values.length)} values where ${String(slews.length)} slews x ${String(loads.length)} loads are expected`,
    );
  const at = (i: number, j: number): number =>
    values[slewAxis === 1 ? j * slews.length + i : i * loads.length + j] ?? 0;
  return {
    slews: slews.map((slew) => slew * timeNs),
    loads: loads.map((load) => load * loadFf),
    values: slews.map((_, i) => loads.map((_, j) => at(i, j))),
  };
}

export function find(group: Group, name: string): Attribute | undefined {
  return group.attributes.find((attribute) => attribute.name === name);
}

export function textOf(group: Group, name: string): string | undefined {
  return find(group, name)?.values[0];
}

/** All numbers of an attribute's values. @throws BadLiberty */
export function numbers({ name, values, line }: Attribute, file: string): readonly number[] {
  return values
    .flatMap((value) => value.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const value = Number(text);
      if (Number.isFinite(value)) return value;
      throw new BadLiberty(file, line, `${name} has "${text}" where a number is expected`);
    });
}
