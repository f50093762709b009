/** A vendor cell was asked for with a setting that it does not have. */
export class CellSettingError extends Error {
  readonly code = 'CELL001';
  override readonly name = 'CellSettingError';

  constructor(
    readonly cell: string,
    readonly setting: string,
    detail: string,
  ) {
    super(`CELL001: ${cell}: ${setting} ${detail}`);
  }
}

/** @throws CellSettingError when `value` is no integer in lo..hi. */
export const requireInteger = (
  cell: string,
  setting: string,
  value: number,
  lo: number,
  hi: number,
): void => {
  if (!Number.isInteger(value) || value < lo || value > hi)
    throw new CellSettingError(cell, setting, `must be an integer from ${lo} to ${hi}, not ${value}`);
};

/** @throws CellSettingError when a frequency in MHz is outside lo..hi. */
export const requireMHz = (cell: string, setting: string, value: number, lo: number, hi: number): number => {
  if (!(value >= lo && value <= hi))
    throw new CellSettingError(cell, setting, `must be ${lo} to ${hi} MHz, not ${Number(value.toFixed(3))}`);
  return value;
};
