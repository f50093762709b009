/**
 * The integer pyramid P(N, K): vectors of N integers whose magnitudes sum to K, the codebook of pyramid vector quantization,
 * counted and numbered. Here N is `length` and K is `pulses`. Numbering takes N * K additions and as many stored counts.
 */

export interface Pyramid {
  readonly length: number;
  readonly pulses: number;
}

/** `rfc6716`: the order of RFC 6716 (Opus). `fischer`: in each place 0 before +1, -1, +2, -2 ... */
export type PyramidOrder = 'rfc6716' | 'fischer';

/**
 * V(N, K), the number of vectors, by the closed form: the sum over j of 2^j C(N, j) C(K - 1, j - 1), where j elements are
 * not 0. @throws RangeError unless both are integers >= 0.
 */
export const pyramidSize = ({ length, pulses }: Pyramid): bigint => {
  requireCount('length', length);
  requireCount('pulses', pulses);
  if (pulses === 0) return 1n;
  let term = 2n * BigInt(length);
  let size = 0n;
  for (let j = 1; j <= Math.min(length, pulses); j++) {
    size += term;
    term = (term * BigInt(2 * (length - j)) * BigInt(pulses - j)) / BigInt(j * (j + 1));
  }
  return size;
};

/** log2 V(N, K) to about 12 digits, in min(N, K) steps; -Infinity where V is 0. @throws RangeError as `pyramidSize` */
export const pyramidBits = ({ length, pulses }: Pyramid): number => {
  requireCount('length', length);
  requireCount('pulses', pulses);
  if (pulses === 0) return 0;
  let exponent = 0;
  let term = 2 * length;
  let size = 0;
  for (let j = 1; j <= Math.min(length, pulses); j++) {
    size += term;
    term *= ((2 * (length - j)) / j) * ((pulses - j) / (j + 1));
    if (size > 2 ** 500) {
      exponent += 500;
      size /= 2 ** 500;
      term /= 2 ** 500;
    }
  }
  return exponent + Math.log2(size);
};

/**
 * `table[n][k]` is U(n, k), the number of vectors of P(n, k) whose first element is positive, for n up to N and k up to K + 1:
 * U(n, k) = U(n - 1, k) + U(n, k - 1) + U(n - 1, k - 1), and V(n, k) = U(n, k) + U(n, k + 1). @throws RangeError
 */
export const positiveCounts = ({ length, pulses }: Pyramid): CountTable => {
  requireCount('length', length);
  requireCount('pulses', pulses);
  let row: readonly bigint[] = Array.from({ length: pulses + 2 }, () => 0n);
  const table = [row];
  for (let n = 1; n <= length; n++) {
    row = nextRow(row, n);
    table.push(row);
  }
  return table;
};

type CountTable = readonly (readonly bigint[])[];

const nextRow = (above: readonly bigint[], n: number): readonly bigint[] => {
  const row = [0n];
  for (let k = 1; k < above.length; k++) {
    const only = n === 1 && k === 1 ? 1n : 0n; // the vector (1), from which all others are counted
    row.push(only + (above[k] ?? 0n) + (row[k - 1] ?? 0n) + (above[k - 1] ?? 0n));
  }
  return row;
};

const countIn = (table: CountTable, n: number, k: number): bigint => table[n]?.[k] ?? 0n;

const sizeIn = (table: CountTable, n: number, k: number): bigint => {
  if (n === 0) return k === 0 ? 1n : 0n;
  return countIn(table, n, k) + countIn(table, n, k + 1);
};

/** N and K of a vector. @throws RangeError when an element is no safe integer. */
export const pyramidOf = (vector: readonly number[]): Pyramid => {
  vector.forEach((value, i) => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`element ${i} is no safe integer: ${value}`);
  });
  return { length: vector.length, pulses: vector.reduce((sum, value) => sum + Math.abs(value), 0) };
};

/** The number 0 .. V - 1 of a vector in its pyramid. @throws RangeError when an element is no safe integer. */
export const pyramidIndex = (vector: readonly number[], order: PyramidOrder): bigint => {
  const table = positiveCounts(pyramidOf(vector));
  return order === 'rfc6716' ? rfcIndex(table, vector) : fischerIndex(table, vector);
};

/** The vector of a number. @throws RangeError when `index` is not in 0 .. V(N, K) - 1. */
export const pyramidVector = (index: bigint, pyramid: Pyramid, order: PyramidOrder): readonly number[] => {
  const { length, pulses } = pyramid;
  const table = positiveCounts(pyramid);
  const size = sizeIn(table, length, pulses);
  if (index < 0n || index >= size)
    throw new RangeError(`index ${index} is outside 0..${size - 1n}, the vectors of P(${length}, ${pulses})`);
  return order === 'rfc6716' ? rfcVector(table, index, pyramid) : fischerVector(table, index, pyramid);
};

/** From the last element: those before it that start larger, and for a negative one all that start positive. */
const rfcIndex = (table: CountTable, vector: readonly number[]): bigint => {
  let index = 0n;
  let k = 0;
  for (const [back, value] of vector.toReversed().entries()) {
    const n = back + 1;
    index += countIn(table, n, k);
    k += Math.abs(value);
    if (value < 0) index += countIn(table, n, k + 1);
  }
  return index;
};

const rfcVector = (table: CountTable, index: bigint, { length, pulses }: Pyramid): readonly number[] => {
  const vector: number[] = [];
  let rest = index;
  let k = pulses;
  for (let n = length; n > 0; n--) {
    const notNegative = countIn(table, n, k + 1);
    const negative = rest >= notNegative;
    if (negative) rest -= notNegative;
    let kept = k;
    while (countIn(table, n, kept) > rest) kept--;
    rest -= countIn(table, n, kept);
    vector.push(negative ? kept - k : k - kept);
    k = kept;
  }
  return vector;
};

const fischerIndex = (table: CountTable, vector: readonly number[]): bigint => {
  let index = 0n;
  let k = pyramidOf(vector).pulses;
  vector.forEach((value, place) => {
    const after = vector.length - 1 - place;
    for (const earlier of fischerDigits(k)) {
      if (earlier === value) break;
      index += sizeIn(table, after, k - Math.abs(earlier));
    }
    k -= Math.abs(value);
  });
  return index;
};

const fischerVector = (table: CountTable, index: bigint, { length, pulses }: Pyramid): readonly number[] => {
  const vector: number[] = [];
  let rest = index;
  let k = pulses;
  for (let after = length - 1; after >= 0; after--) {
    for (const value of fischerDigits(k)) {
      const size = sizeIn(table, after, k - Math.abs(value));
      if (rest < size) {
        vector.push(value);
        k -= Math.abs(value);
        break;
      }
      rest -= size;
    }
  }
  return vector;
};

/** 0, 1, -1, 2, -2 ... k, -k */
const fischerDigits = (k: number): readonly number[] => [
  0,
  ...Array.from({ length: 2 * k }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : -(i + 1) / 2)),
];

const requireCount = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} of a pyramid must be an integer >= 0, not ${value}`);
};
