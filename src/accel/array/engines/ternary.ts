/** Add, subtract or skip. Weights beyond -1, 0, 1 (`pvq`) are computed in planes of such digits, one after another. */

import { signedDigitPlanes, type SignedDigit } from '../../../num/index.js';
import { ternaryDot } from '../../../units/index.js';
import { digitTerm, linearWeights, type Engine, type EngineUnit } from './engine.js';

/** Planes that weights of so many bits, two's complement, may need. */
export const mostPlanes = (weightBits: number): number => weightBits;

/** `leastPlanes`: planes that a layer has at least, given the declared bits of its weights (reloadable hardware). */
export const ternaryEngine = (
  rows: number,
  actWidth: number,
  leastPlanes: (weightBits: number) => number,
): Engine => ({
  name: 'ternary',
  kind: 'ternary',
  operands: 'dense',
  products: rows,
  codeWidth: 2,
  encode: (layer, input) => {
    const used = signedDigitPlanes(Array.from(layer.weights));
    const least = layer.weightFormat === 'ternary' ? 1 : Math.max(1, leastPlanes(layer.weightBits));
    const empty = Array.from({ length: Math.max(0, least - used.length) }, () =>
      Array.from(layer.weights, (): SignedDigit => 0),
    );
    const planes = [...empty, ...used];
    // A complement is 1 too small; in plane p it counts 2^p.
    const missing = Array.from(layer.weights, (_, index) =>
      planes.reduce((sum, plane) => 2 * sum + (plane[index] === -1 ? 1 : 0), 0),
    );
    return linearWeights(
      layer,
      input,
      planes.map((plane) => plane.map(digitCode)),
      missing,
    );
  },
  greatestTerm: digitTerm,
  unit: ternaryUnit(rows, actWidth),
});

const ternaryUnit = (rows: number, actWidth: number): EngineUnit => {
  const { component, latencyCycles } = ternaryDot({ rows, actWidth });
  return {
    latencyCycles,
    weightLeadCycles: 0,
    column: (instance, act, weight) => component(instance, { act, weight }).sum,
  };
};

const digitCode = (digit: SignedDigit): number => (digit === -1 ? 3 : digit);
