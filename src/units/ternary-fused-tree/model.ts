import { ternaryFusedTreeCodes } from './codes.js';

export interface TernaryFusedTreeInputs {
  readonly act: readonly bigint[];
  /** Codes of `ternaryFusedTreeCodes`, any two bits each. */
  readonly code: readonly bigint[];
}

/** What a `ternaryFusedTree` puts out: before the sign of row 0. */
export const ternaryFusedTreeModel = ({ act, code }: TernaryFusedTreeInputs): bigint => {
  const taken = (row: number): bigint => (isSet(code[row], 0n) === (row % 2 === 1) ? (act[row] ?? 0n) : 0n);
  // A leaf on the right that is left out is 0, complemented or not.
  let nodes = act.map((_, row) => ({
    row,
    value: taken(row),
    leftOut: row % 2 === 1 && !isSet(code[row], 0n),
  }));
  while (nodes.length > 1)
    nodes = nodes.flatMap((left, index) => {
      if (index % 2 === 1) return [];
      const right = nodes[index + 1];
      if (right === undefined) return [left];
      const term = right.leftOut ? 0n : isSet(code[right.row], 1n) ? ~right.value : right.value;
      return [{ row: left.row, value: left.value + term, leftOut: false }];
    });
  return nodes[0]?.value ?? 0n;
};

const isSet = (code: bigint | undefined, bit: bigint): boolean => (((code ?? 0n) >> bit) & 1n) === 1n;

/** The tree's sum with the sign of row 0. */
export const ternaryFusedTreeSum = (weights: readonly bigint[], act: readonly bigint[]): bigint => {
  const code = ternaryFusedTreeCodes(weights);
  const sum = ternaryFusedTreeModel({ act, code });
  return isSet(code[0], 1n) ? ~sum : sum;
};

/** Exact dot product less `ternaryFusedTreeSum`, for every activation vector: the sum of activations of 0, negated. */
export const ternaryFusedTreeCorrection = (weights: readonly bigint[]): bigint =>
  -ternaryFusedTreeSum(
    weights,
    weights.map(() => 0n),
  );
