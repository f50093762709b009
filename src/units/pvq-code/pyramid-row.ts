import { requireInteger, UnitParameterError } from '../errors.js';

/** @throws UnitParameterError unless `row` has 1 to 1024 integers whose magnitudes sum to `pulses`, 1 to 1024. */
export const requirePyramidRow = (
  unit: string,
  name: string,
  row: readonly number[],
  pulses: number,
): void => {
  requireInteger(unit, 'pulses', pulses, 1, 1024);
  requireInteger(unit, `number of ${name}`, row.length, 1, 1024);
  row.forEach((value, i) => requireInteger(unit, `${name}[${i}]`, value, -pulses, pulses));
  const sum = row.reduce((total, value) => total + Math.abs(value), 0);
  if (sum !== pulses)
    throw new UnitParameterError(unit, name, `must have magnitudes that sum to ${pulses}, not ${sum}`);
};
