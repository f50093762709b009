/** Why a network cannot be put on an array. `code` is stable; the message names the layer and what to do. */
export type AccelErrorCode = 'ACC001' | 'ACC002' | 'ACC003' | 'ACC004' | 'ACC005' | 'ACC006';

/**
 * - ACC001: an operator or rounding mode that the array has no unit for.
 * - ACC002: an activation is wider than the array's memories.
 * - ACC003: an array size that is not a size.
 * - ACC004: a value that does not fit its field (requantize parameters, weights).
 * - ACC005: a weight image that belongs to another accelerator.
 * - ACC006: a weight that the PEs asked for do not represent.
 */
export class AccelError extends Error {
  override readonly name = 'AccelError';
  constructor(
    readonly code: AccelErrorCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
