import type { SourceLocation } from '../hdl/index.js';

export type SimErrorCode =
  | 'unknown-name'
  | 'out-of-range'
  | 'no-model'
  | 'combinational-loop'
  | 'assertion'
  | 'too-large'
  | 'external-model'
  | 'bad-stimulus'
  | 'bad-snapshot'
  | 'bad-coverage'
  | 'mismatch'
  | 'harness';

/** An expected failure of a simulation, with one sentence that says what, where and what to do. */
export class SimError extends Error {
  constructor(
    readonly code: SimErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SimError';
  }
}

/** An `assert` or `assume` statement that did not hold at a clock edge. */
export class AssertionFailure extends SimError {
  constructor(
    /** The assertion's own text. */
    readonly assertion: string,
    /** Hierarchical name of the instance, empty for the top. */
    readonly instance: string,
    /** Number of clock edges before the failing one. */
    readonly cycle: number,
    readonly location: SourceLocation | undefined,
    readonly property: 'assert' | 'assume' = 'assert',
  ) {
    const where = instance === '' ? '' : ` in ${instance}`;
    const source = location === undefined ? '' : ` (${location.file}:${location.line})`;
    const kind = property === 'assert' ? 'assertion' : 'assumption';
    super('assertion', `${kind} failed in cycle ${cycle}${where}: ${assertion}${source}`);
    this.name = 'AssertionFailure';
  }
}
