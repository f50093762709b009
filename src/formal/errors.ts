/** A question that cannot be put to a prover, in the user's terms; exit code 2. */
export class FormalError extends Error {
  override readonly name = 'FormalError';
  readonly exitCode = 2;
  constructor(
    readonly code:
      | 'PORTS_DIFFER'
      | 'SEVERAL_CLOCKS'
      | 'NO_TWIN'
      | 'TOO_MUCH_MEMORY'
      | 'NOTHING_TO_PROVE'
      | 'TOO_MANY_INPUTS'
      | 'BAD_PROOF',
    message: string,
  ) {
    super(message);
  }
}
