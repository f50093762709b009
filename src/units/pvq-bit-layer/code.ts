/** The code stream of a bit-layer dot product: what happens in each cycle of a result. */

import { addressWidth } from '../../hdl/index.js';
import { signedDigitPlanes } from '../../num/index.js';
import { requireInteger, UnitParameterError } from '../errors.js';

/** What a word does to the accumulator: adds or subtracts a sample, doubles it, or gives it out and clears it. */
export const operations = { add: 0, subtract: 1, double: 2, finish: 3 } as const;

export interface CodeWord {
  /** How far the sample pointer moves before this word's sample is read, modulo the sample memory. */
  readonly gap: number;
  readonly operation: keyof typeof operations;
  /** Wait for a sample and store it where the pointer is, before it moves. */
  readonly take: boolean;
  /** The word after the next is the first again. */
  readonly wrap: boolean;
}

export interface BitLayerWeights {
  /** 1 to 4096 integers up to 2^30 in magnitude, not all 0; the first meets the oldest sample. */
  readonly weights: readonly number[];
  /** New samples per result, 1 (default: a filter) to the number of weights (a dot product of fresh samples). */
  readonly samplesPerResult?: number;
}

/** Words of the sample memory: the power of two that holds a sample per weight. */
export const sampleDepth = (taps: number): number => 2 ** Math.max(1, Math.ceil(Math.log2(taps)));

/** Bits of a code word in memory. */
export const codeWidth = (taps: number): number => addressWidth(sampleDepth(taps)) + 4;

/** Words as they lie in memory: from the lowest bit gap, operation, take, wrap. */
export const packedCode = (code: readonly CodeWord[], taps: number): readonly number[] =>
  code.map(({ gap, operation, take, wrap }) => {
    const flags = operations[operation] + (take ? 4 : 0) + (wrap ? 8 : 0);
    return gap + flags * sampleDepth(taps);
  });

/**
 * A word per non-zero signed digit and one per plane, most significant plane first; samples beyond one per result take a
 * word each before. One plane more than necessary is used where it saves more digits than it costs.
 * @throws UnitParameterError
 */
export const bitLayerCode = ({ weights, samplesPerResult = 1 }: BitLayerWeights): readonly CodeWord[] => {
  checkWeights(weights, samplesPerResult);
  const depth = sampleDepth(weights.length);
  // Places count from the slot of the newest sample.
  const code: CodeWord[] = [];
  let pointer = 1 - samplesPerResult;
  const put = (operation: CodeWord['operation'], place: number): void => {
    const take = code.length < samplesPerResult; // the first digit takes the last sample
    code.push({ gap: (place - pointer + depth) % depth, operation, take, wrap: false });
    pointer = place;
  };
  for (let sample = 1; sample < samplesPerResult; sample++) put('double', pointer + 1);
  const planes = cheapestPlanes(weights);
  planes.forEach((plane, index) => {
    plane.forEach((digit, tap) => {
      if (digit !== 0) put(digit > 0 ? 'add' : 'subtract', tap - (weights.length - 1));
    });
    const last = index === planes.length - 1;
    put(last ? 'finish' : 'double', last ? 1 : pointer);
  });
  return code.map((word, index) => ({ ...word, wrap: index === code.length - 2 }));
};

/** Cycles from one result to the next: non-zero signed digits + planes (+ the samples of a result beyond the first). */
export const bitLayerCycles = (params: BitLayerWeights): number => {
  const planes = cheapestPlanes(params.weights);
  const digits = planes.flat().filter((digit) => digit !== 0).length;
  return digits + planes.length + (params.samplesPerResult ?? 1) - 1;
};

/** The planes, one more than the fewest where the digits that it saves outnumber it. */
export const cheapestPlanes = (weights: readonly number[]): ReturnType<typeof signedDigitPlanes> => {
  const fewest = signedDigitPlanes(weights);
  const oneMore = signedDigitPlanes(weights, fewest.length + 1);
  const cost = (planes: typeof fewest): number =>
    planes.length + planes.flat().filter((digit) => digit !== 0).length;
  return cost(oneMore) < cost(fewest) ? oneMore : fewest;
};

const checkWeights = (weights: readonly number[], samplesPerResult: number): void => {
  const unit = 'pvqBitLayer';
  requireInteger(unit, 'number of weights', weights.length, 1, 4096);
  weights.forEach((weight, tap) => requireInteger(unit, `weight ${tap}`, weight, -(2 ** 30), 2 ** 30));
  if (weights.every((weight) => weight === 0))
    throw new UnitParameterError(unit, 'weights', 'must not all be 0: there would be no pulse to add');
  requireInteger(unit, 'samplesPerResult', samplesPerResult, 1, weights.length);
};
