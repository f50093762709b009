/** Which structure adds many terms with the fewest LUTs: by a table that was measured. */
import { adderMeasurements, type AdderMeasurement } from './measured.js';
import type { AdderStructure } from './unit.js';

/** The cheapest structure of the nearest measured size (in the logarithms of terms and width). */
export const cheapestAdder = ({
  terms,
  width,
  target,
}: {
  readonly terms: number;
  readonly width: number;
  readonly target: 'ice40' | 'ecp5';
}): AdderStructure => {
  const distance = (entry: AdderMeasurement): number =>
    Math.abs(Math.log2(entry.terms / terms)) + Math.abs(Math.log2(entry.width / width));
  const [nearest] = adderMeasurements.toSorted((a, b) => distance(a) - distance(b));
  if (nearest === undefined) return 'tree';
  const { tree, chain, compressor } = nearest.luts[target];
  if (compressor < Math.min(tree, chain)) return 'compressor';
  return chain < tree ? 'chain' : 'tree';
};
