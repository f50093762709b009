/** A wrong input of a verb, in the user's terms. `exitCode` as the command line documents. */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  constructor(
    readonly code:
      | 'UNREADABLE_FILE'
      | 'NOT_OURS'
      | 'TOO_FEW_LABELS'
      | 'NO_SAMPLES'
      | 'DOES_NOT_FIT'
      | 'NO_LOADER'
      | 'NOT_A_DESIGN'
      | 'BAD_MATRIX'
      | 'BAD_CONFIG'
      | 'WRONG_DATA'
      | 'NOT_READ_BACK'
      | 'NO_CIRCUIT'
      | 'NETLIST_DIFFERS',
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}
