/**
 * Every expected failure of src/nn. The message is one sentence of what and where, then what to do; it starts with the
 * code, so that a user can search for it.
 */
export const nnErrorCodes = {
  NN001: 'the model file is corrupt or not ONNX',
  NN002: 'an operator is not supported',
  NN003: 'a supported operator is used in an unsupported way',
  NN004: 'the model is not (fully) quantized',
  NN005: 'a stored weight lies outside its declared range',
  NN006: 'a shape in the model is missing or wrong',
  NN007: 'an option of the importer is wrong',
  NN008: 'the metadata of a model file is wrong',
  NN010: 'a layer names an unknown tensor',
  NN011: 'a shape in the network is wrong',
  NN012: 'a weight lies outside its declared bits',
  NN013: 'a requantization is out of range',
  NN014: 'layers are not in execution order',
  NN015: 'a tensor type is wrong',
  NN016: 'a table product is wrong',
  NN017: 'an accumulator is too wide to be exact',
  NN020: 'a data file cannot be read',
  NN021: 'samples have the wrong shape',
  NN022: 'samples have the wrong type',
  NN023: 'labels are missing or wrong',
  NN024: 'a number of a data set is out of range',
  NN025: 'a data set is incomplete',
} as const;

export type NnErrorCode = keyof typeof nnErrorCodes;

export class NnError extends Error {
  override readonly name = 'NnError';

  constructor(
    readonly code: NnErrorCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
