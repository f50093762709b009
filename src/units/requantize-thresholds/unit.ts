/** A requantizer of few output levels: no arithmetic, comparisons with the accumulators at which the result steps. */
import { cat, component, sint, type ModuleBuilder, type SInt, type UInt } from '../../hdl/index.js';
import { typeRange } from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';
import type { Staircase } from './thresholds.js';

export interface RequantizeThresholdsParams {
  /** Module name. */
  readonly name: string;
  readonly accWidth: number;
  readonly resultWidth: number;
  /** At most 255 thresholds. */
  readonly staircase: Staircase;
  /**
   * `comparators`: one per threshold, all at once, and their ones counted. `search`: one per bit of the count, each with a
   * table of the thresholds that it may need, a cycle after the other.
   */
  readonly structure: 'comparators' | 'search';
}

/**
 * value = base ± the number of thresholds <= acc, `latencyCycles` later, one per cycle. Free running, no reset.
 * @throws UnitParameterError
 */
export const requantizeThresholds = (params: RequantizeThresholdsParams) => {
  const { name, accWidth, resultWidth, staircase, structure } = params;
  checkParams(params);
  const levels = Math.ceil(Math.log2(staircase.thresholds.length + 1));
  const latencyCycles = (structure === 'search' ? levels : 2) + 1;
  const unit = component(
    name,
    {
      in: { acc: sint(accWidth) },
      out: { value: sint(resultWidth) },
      parameters: { accWidth, resultWidth, structure, thresholds: staircase.thresholds.length },
      latency: latencyCycles,
    },
    ({ acc }, m) => {
      const count = levels === 0 ? undefined : counts[structure](m, acc, staircase.thresholds, levels);
      if (count === undefined) m.unused(acc);
      const base = m.constant(sint(resultWidth + 1), staircase.base);
      const taken = count?.toSint() ?? 0;
      const sum = staircase.step === 1 ? base.add(taken) : base.sub(taken);
      const value = m.pipe('value_q', sum.width > resultWidth ? sum.wrap(resultWidth) : sum);
      if (count === undefined) m.latency(value, latencyCycles);
      return { value };
    },
  );
  return { component: unit, latencyCycles };
};

type Count = (m: ModuleBuilder, acc: SInt, thresholds: readonly bigint[], levels: number) => UInt;

/** Ones of a thermometer: bit k of the count is found from every 2^k-th of its bits. */
const byComparators: Count = (m, acc, thresholds, levels) => {
  const reached = m.pipe(
    'reached',
    thresholds.map((threshold) => acc.ge(threshold)),
  );
  const bitOf = (level: number): UInt => {
    const weight = 2 ** level;
    let value: UInt | undefined;
    for (let at = weight - 1; at < reached.length; at += weight) {
      const here = reached[at];
      if (here !== undefined) value = value === undefined ? here : value.xor(here);
    }
    if (value === undefined) throw new RangeError('a level has at least one threshold');
    return value;
  };
  const [top, ...rest] = Array.from({ length: levels }, (_, index) => bitOf(levels - 1 - index));
  if (top === undefined) throw new RangeError('a staircase has at least one level');
  return m.pipe('count', cat(top, ...rest));
};

/** What a level compares with, by the bits of the count found before; where no threshold is left, what no accumulator reaches. */
export const searchTable = (
  thresholds: readonly bigint[],
  levels: number,
  level: number,
  accWidth: number,
): readonly bigint[] =>
  Array.from(
    { length: 2 ** (levels - 1 - level) },
    (_, prefix) =>
      thresholds[prefix * 2 ** (level + 1) + 2 ** level - 1] ?? typeRange(true, accWidth).hi + 1n,
  );

/** Binary search: each level finds one bit of the count, the highest first, and passes on what it compared. */
const bySearch: Count = (m, acc, thresholds, levels) => {
  let value = acc;
  let found: UInt | undefined;
  for (let level = levels - 1; level >= 0; level--) {
    const entries = searchTable(thresholds, levels, level, acc.width);
    const threshold =
      found === undefined
        ? m.constant(sint(acc.width + 1), entries[0] ?? 0n)
        : m.rom(`thresholds_${level}`, sint(acc.width + 1), entries).readNow(found);
    const reached = value.ge(threshold);
    const stage = m.pipe(`level_${level}`, {
      found: found === undefined ? reached : cat(found, reached),
      ...(level === 0 ? {} : { value }),
    });
    found = stage.found;
    value = stage.value ?? value;
  }
  if (found === undefined) throw new RangeError('a staircase has at least one level');
  return found;
};

const counts: Readonly<Record<RequantizeThresholdsParams['structure'], Count>> = {
  comparators: byComparators,
  search: bySearch,
};

const checkParams = ({ accWidth, resultWidth, staircase }: RequantizeThresholdsParams): void => {
  const unit = 'requantizeThresholds';
  const { base, step, thresholds } = staircase;
  requireInteger(unit, 'accWidth', accWidth, 2, 64);
  requireInteger(unit, 'resultWidth', resultWidth, 1, 32);
  requireInteger(unit, 'the number of thresholds', thresholds.length, 0, 255);
  const range = typeRange(true, accWidth);
  thresholds.forEach((threshold, index) => {
    if (threshold < range.lo || threshold > range.hi)
      throw new UnitParameterError(unit, `threshold ${index}`, `must fit ${accWidth} bits, not ${threshold}`);
    if (threshold < (thresholds[index - 1] ?? range.lo))
      throw new UnitParameterError(unit, `threshold ${index}`, 'must not be less than the one before');
  });
  const results = typeRange(true, resultWidth);
  const end = base + BigInt(step) * BigInt(thresholds.length);
  if ([base, end].some((value) => value < results.lo || value > results.hi))
    throw new UnitParameterError(unit, 'staircase', `from ${base} to ${end} must fit ${resultWidth} bits`);
};
