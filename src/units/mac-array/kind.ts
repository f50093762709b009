/** What one family of weights brings to an array of PEs; every family has an object or a maker of objects of this type. */
import type { ModuleBuilder, SInt, UInt } from '../../hdl/index.js';
import type { Range } from '../../num/index.js';

export interface ColumnsSize {
  readonly rows: number;
  readonly columns: number;
  /** Bits of an activation, two's complement. */
  readonly actWidth: number;
}

export interface ColumnsTiming {
  /** Clock edges from row 0's activation to the column sums that hold it. */
  readonly latencyCycles: number;
  /** Row i of an activation vector enters floor(i / rowsPerSkew) * this many cycles after row 0. */
  readonly rowSkewCycles: number;
  /** Rows that enter together, default 1. */
  readonly rowsPerSkew?: number;
  /** Clock edges from a column sum to the accumulator, default 1. */
  readonly accumulatorCycles?: number;
}

export interface ColumnsInputs extends ColumnsSize {
  /** Registered activations, one per row. */
  readonly act: readonly SInt[];
  /** Registered weight codes by [column][row], as `store` gives them; they hold still while activations pass. */
  readonly weight: readonly (readonly UInt[])[];
}

/** The sum of one column. */
export interface ColumnSum {
  /** Registered, or one LUT a bit behind registers. */
  readonly sum: SInt;
  /**
   * The accumulator, where the kind has a cheaper or faster one: sums up, wrapped to `width` bits, 0 after `clear`, with registers
   * whose names start with `name`. A sum is in it `accumulatorCycles` after it is there; `clear` passes as many registers.
   */
  readonly accumulator?: (clear: UInt, width: number, name: string) => SInt;
}

/** A PE kind: how weights are coded and how a column of an array is made of them. */
export interface PeKind {
  /** Unique per structure: part of the module's name, snake_case. */
  readonly name: string;
  /** Bits of a weight code. */
  readonly weightWidth: number;
  /** Smallest and largest product of any weight and any activation. */
  readonly productRange: (actWidth: number) => Range;
  /**
   * Codes of one column's weights, row 0 first. A code may depend on the other rows (ternary chains store changes of sign).
   * @throws UnitParameterError that names the row of a weight this kind cannot represent.
   */
  readonly encode: (weights: readonly bigint[]) => readonly bigint[];
  /** What is stored of a code that enters at the top of a column, where the code is recoded once for all rows. */
  readonly store?: (code: UInt) => UInt;
  /**
   * Σ act * weight of a column minus what its sum shows, the same for every activation vector: it is added once per vector, in
   * the requantizer's addend. 0n for exact kinds.
   */
  readonly correction: (weights: readonly bigint[], actWidth: number) => bigint;
  /** Weight-stationary columns. @throws UnitParameterError where the size is not to be had. */
  readonly timing: (size: ColumnsSize) => ColumnsTiming;
  readonly columnSums: (inputs: ColumnsInputs, m: ModuleBuilder) => readonly ColumnSum[];
  /** Output-stationary PEs, where the kind has them. */
  readonly streaming?: StreamingPe;
}

/** A PE that holds its sum while activations and weights pass. */
export interface StreamingPe {
  readonly weightWidth: number;
  /** The code of one weight. @throws UnitParameterError when it is not representable. */
  readonly encode: (weight: bigint) => bigint;
  /** act * weight minus what the PE adds, for every act. */
  readonly correction: (weight: bigint) => bigint;
  /** Clock edges from act and weight to the accumulator that holds their product. */
  readonly latencyCycles: number;
  /** Makes the accumulator, and registers before it, under names that start with `name`. */
  readonly accumulator: (inputs: StreamingInputs, name: string, m: ModuleBuilder) => SInt;
}

export interface StreamingInputs {
  readonly act: SInt;
  readonly weight: UInt;
  /** Sum to 0. */
  readonly clear: UInt;
  /**
   * A sum that the PE above hands down, as wide as the accumulator, to be added; where it is not 0, accumulator and product are.
   * undefined in the top row.
   */
  readonly above: SInt | undefined;
  readonly accWidth: number;
}
