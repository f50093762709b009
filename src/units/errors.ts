/** A unit was asked for with parameters that it cannot have. */
export class UnitParameterError extends Error {
  readonly code = 'UNIT001';
  override readonly name = 'UnitParameterError';

  constructor(
    readonly unit: string,
    readonly parameter: string,
    detail: string,
  ) {
    super(`UNIT001: ${unit}: ${parameter} ${detail}`);
  }
}

/** @throws UnitParameterError when `value` is no integer in lo..hi. */
export const requireInteger = (
  unit: string,
  parameter: string,
  value: number,
  lo: number,
  hi: number,
): void => {
  if (!Number.isInteger(value) || value < lo || value > hi)
    throw new UnitParameterError(unit, parameter, `must be an integer from ${lo} to ${hi}, not ${value}`);
};
