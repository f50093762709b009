/**
 * Every expected failure of src/quant. The message is one sentence of what and where, then what to do; it starts with the
 * code, so that a user can search for it.
 */
export const quantErrorCodes = {
  QT001: 'the float model is used in an unsupported way',
} as const;

export type QuantErrorCode = keyof typeof quantErrorCodes;

export class QuantError extends Error {
  override readonly name = 'QuantError';

  constructor(
    readonly code: QuantErrorCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
