/**
 * make bench BENCH=fames-catalogue: generates, searches and measures the multipliers that FAMES chooses from by default and
 * writes src/flow/catalogue/measured.ts. The same library and Yosys give the same file on every machine.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  exactMultipliers,
  generatedMultipliers,
  measureMultipliers,
  searchedMultipliers,
  toStored,
  type MagnitudeWidths,
  type NamedMultiplier,
} from '../src/flow/catalogue/index.js';
import { readLiberty } from '../src/synth/index.js';

const shared = process.env['NOMUL_SHARED'] ?? join('..', 'shared');
const libraryFile = join(shared, 'data', 'liberty', 'sg13g2_stdcell_typ_1p20V_25C.lib.gz');
const catalogueFile = join('src', 'flow', 'catalogue', 'measured.ts');
const searchSteps = 10_000;

const product = <A, B>(a: readonly A[], b: readonly B[]): readonly (readonly [A, B])[] =>
  a.flatMap((first) => b.map((second) => [first, second] as const));

const isApproximated = ({ actBits, magnitudeBits }: MagnitudeWidths): boolean =>
  magnitudeBits <= 3 && actBits !== 7;

const multipliersOf = (widths: MagnitudeWidths): readonly NamedMultiplier[] => {
  const exact = exactMultipliers(widths);
  if (!isApproximated(widths)) return exact;
  console.log(`searching ${widths.actBits}x${widths.magnitudeBits}`);
  const searched = widths.magnitudeBits === 1 ? [] : searchedMultipliers(widths, searchSteps);
  return [...exact, ...generatedMultipliers(widths), ...searched];
};

const multipliers = product([2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7]).flatMap(
  ([actBits, magnitudeBits]) => multipliersOf({ actBits, magnitudeBits }),
);
console.log(`measuring ${multipliers.length} multipliers`);
const measured = await measureMultipliers(multipliers, { library: readLiberty(libraryFile) });
const lines = measured.map((multiplier) => `  ${JSON.stringify(toStored(multiplier))},`);
const text = [
  `/** Written by \`make bench BENCH=fames-catalogue\`: areas in um2, energies in fJ, of ${basename(libraryFile)}. */`,
  "import type { StoredMultiplier } from './stored.js';",
  '',
  '// prettier-ignore',
  'export const measuredMultipliers: readonly StoredMultiplier[] = [',
  ...lines,
  '];',
  '',
].join('\n');
writeFileSync(`${catalogueFile}.new`, text);
renameSync(`${catalogueFile}.new`, catalogueFile);
console.log(`${measured.length} multipliers written to ${catalogueFile}`);
