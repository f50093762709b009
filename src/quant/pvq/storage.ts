/** What a layer of pyramid points takes to store: as indices, as runs, and by its entropy. */
import {
  bitLength,
  pyramidBits,
  pyramidIndex,
  pyramidSize,
  pyramidVector,
  runsOf,
  type PyramidOrder,
} from '../../num/index.js';
import { QuantError } from '../errors.js';

/** Of one vector y of N integers. */
export interface VectorStorage {
  readonly length: number;
  readonly pulses: number;
  /** ceil(log2 V(N, K)): the number of the vector in its pyramid; 0 for a vector of zeros. */
  readonly indexBits: number;
  /** log2 V(N, K). */
  readonly exactBits: number;
}

export const vectorStorage = (vector: ArrayLike<number>): VectorStorage => {
  const pyramid = { length: vector.length, pulses: pulsesOf(vector) };
  const exactBits = pyramidBits(pyramid);
  const nearest = Math.round(exactBits);
  // A float logarithm cannot tell 2^n from 2^n + 1; the exact size can.
  const indexBits =
    Math.abs(exactBits - nearest) < 1e-6 ? bitLength(pyramidSize(pyramid) - 1n) : Math.ceil(exactBits);
  return { ...pyramid, indexBits, exactBits };
};

const pulsesOf = (vector: ArrayLike<number>): number =>
  Array.from(vector).reduce((sum, value) => sum + Math.abs(value), 0);

/** Entropy of the values taken one by one, bits per value: what a code of single values cannot go below. */
export const entropyPerValue = (values: ArrayLike<number>): number => {
  const counts = new Map<number, number>();
  for (const value of Array.from(values)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const bits = [...counts.values()].map((count) => count * Math.log2(values.length / count));
  return bits.reduce((sum, term) => sum + term, 0) / Math.max(1, values.length);
};

/**
 * Bits as runs of fixed-width words, a zero count and a value each (the unit pvqRunDecoder takes them); zeros at the end
 * of a vector have none.
 */
export const runBits = (vectors: readonly (readonly number[])[]): number => {
  const runs = vectors.flatMap(runsOf);
  const mostZeros = runs.reduce((most, { zeros }) => Math.max(most, zeros), 0);
  const mostValue = runs.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  const width = (most: number): number => (most === 0 ? 0 : Math.floor(Math.log2(most)) + 1);
  return runs.length * (width(mostZeros) + width(mostValue) + 1);
};

/** A stored vector: its number in P(N, K). */
export interface StoredVector {
  readonly length: number;
  readonly pulses: number;
  readonly index: bigint;
}

/** Greatest N * K that is numbered: the counts take that many big integers. */
const numberingLimit = 2 ** 20;

/** @throws QuantError QT404 when N * K is above 2^20 */
export const storeVector = (vector: ArrayLike<number>, order: PyramidOrder): StoredVector => {
  const pyramid = { length: vector.length, pulses: pulsesOf(vector) };
  if (pyramid.length * pyramid.pulses > numberingLimit)
    throw new QuantError(
      'QT404',
      `a vector of P(${pyramid.length}, ${pyramid.pulses}) is too large to be numbered (N * K > ${numberingLimit}). Group per filter or channel, or store runs.`,
    );
  return { ...pyramid, index: pyramidIndex(Array.from(vector), order) };
};

export const restoreVector = ({ index, ...pyramid }: StoredVector, order: PyramidOrder): readonly number[] =>
  pyramidVector(index, pyramid, order);
