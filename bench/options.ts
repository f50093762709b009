/**
 * npx tsx bench/run.ts options: LUTs of every unit with every option of synthesis, and of sums in every structure, by the Yosys
 * of npm; ECP5 without DSP cells. src/units/synthesis-record.ts and src/units/compressor-tree/measured.ts repeat what is best.
 * Results: bench/results/options.json.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adderStructures, termSum, unitSynthesis, type UnitTarget } from '../src/units/index.js';
import { countAll, type Mapping } from './options/batch.js';
import { alternatives, devices, subjects, sumSizes } from './options/subjects.js';

const targets: readonly UnitTarget[] = ['ice40', 'ecp5'];

const unitJobs = subjects.flatMap(({ prefix, make }) =>
  targets.flatMap((target) => {
    const design = make(target);
    const { keepHierarchy = [] } = unitSynthesis(design, target);
    return alternatives[target].map((options) => ({
      key: { prefix, target, options },
      mapping: { design, device: devices[target], options: { dsp: false, ...options, keepHierarchy } },
    }));
  }),
);
const sumJobs = sumSizes.flatMap(([terms, width]) =>
  targets.flatMap((target) =>
    adderStructures.map((structure) => ({
      key: { terms, width, target, structure },
      mapping: {
        design: termSum({ terms, width, structure, target }).component.design,
        device: devices[target],
        options: { dsp: false },
      },
    })),
  ),
);

const mappings: readonly Mapping[] = [...unitJobs, ...sumJobs].map(({ mapping }) => mapping);
const { tool, counts } = await countAll(mappings);
const measured = (index: number): { readonly luts: number; readonly registers: number } => ({
  luts: counts[index]?.luts ?? Number.NaN,
  registers: counts[index]?.registers ?? Number.NaN,
});
const results = {
  schemaVersion: 1,
  tool,
  units: unitJobs.map(({ key }, index) => ({ ...key, ...measured(index) })),
  sums: sumJobs.map(({ key }, index) => ({ ...key, ...measured(unitJobs.length + index) })),
};
writeFileSync(join('bench', 'results', 'options.json'), `${JSON.stringify(results, undefined, 2)}\n`);
for (const row of [...results.units, ...results.sums]) console.log(JSON.stringify(row));
