/**
 * Every expected failure of src/quant. The message is one sentence of what and where, then what to do; it starts with the
 * code, so that a user can search for it.
 */
export const quantErrorCodes = {
  QT001: 'the float model is used in an unsupported way',
  QT002: 'a shape in the float model is wrong',
  QT003: 'the float model names an unknown node, or one too early',
  QT004: 'a parameter of the float model is not a finite number',
  QT005: 'the float model file has something that is not supported',
  QT006: 'the quantized model does not fit the file form',
  QT007: 'the quantized model contradicts itself',
  QT100: 'the data does not fit the network',
  QT101: 'training diverged',
  QT102: 'a training recipe is out of range',
  QT103: 'a checkpoint cannot be used',
  QT104: 'a quantizer, mask or tap names a layer that the network does not have',
  QT105: 'a network does not fit the memory of a thread',
  QT201: 'a method is configured in an impossible way',
  QT202: 'the portions of INQ do not ascend to 1',
  QT203: 'epochs and portions of INQ do not belong together',
  QT205: 'PROM finds no layer to make ternary',
  QT206: 'a configuration names an activation that the network does not store',
  QT207: 'a method was stopped; its checkpoints are kept',
  QT301: 'a rank of a factorization is out of range',
  QT302: 'no layer is left to factorize',
  QT303: 'no ranks meet the budget of bit operations',
  QT304: 'a factorization is configured in an impossible way',
  QT305: 'a factorization that does not train has no batch normalization to recalibrate',
  QT401: 'N, K or their ratio is out of range',
  QT402: 'an exact projection of a vector that is too large for it',
  QT403: 'a PVQ code does not fit 16 bits',
  QT404: 'a vector is too large to be numbered',
  QT405: 'PVQ is configured in an impossible way',
  QT406: 'no ratios of the PVQ search meet the accuracy target',
  QT501: 'the catalogue of multipliers is not usable: sizes, values, no exact member',
  QT502: 'no choice of multipliers meets the energy budget',
  QT503: 'a network cannot be run with product tables: widths, sums, an unknown layer',
  QT601: 'a calibration is asked for that is not possible: bits, percentile, pictures',
  QT602: 'a weight or an activation is not finite',
  QT603: 'a layer is named that has no weights',
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
