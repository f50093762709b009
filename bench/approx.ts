/**
 * make bench BENCH=approx: errors, LUTs, gate area and energy of the approximate multipliers, their Pareto sets, and the 8x8 ones
 * beside Evoapprox. In pieces: BENCH_WIDTHS=2,3,4,8; BENCH_ORIGINS=search,generator; BENCH_LUTS=0
 * leaves LUTs out.
 * bench/results/approx.json and docs/results/approx.md hold all widths measured so far.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { createRandom } from '../src/num/index.js';
import { costOfMapping, mapAllToGates, readLiberty } from '../src/synth/index.js';
import { approxMultiplier, errorMetrics, productTable } from '../src/units/index.js';
import { publishedPoints } from './approx/evoapprox.js';
import { subjectsOf, type Subject } from './approx/subjects.js';
import { page, rowSchema, type Row } from './approx/table.js';
import { countAll } from './options/batch.js';

const shared = process.env['NOMUL_SHARED'] ?? join('..', 'shared');
const libraryFile = join(shared, 'data', 'liberty', 'sg13g2_stdcell_typ_1p20V_25C.lib.gz');
const publishedFile = join(shared, 'data', 'evoapprox', 'index.json');
const resultsFile = join('bench', 'results', 'approx.json');
const pageFile = join('docs', 'results', 'approx.md');

const resultsSchema = z.object({
  schemaVersion: z.literal(1),
  tools: z.record(z.string(), z.string()),
  rows: z.array(rowSchema),
});
type Results = Readonly<z.infer<typeof resultsSchema>>;

const earlier = (): Results =>
  existsSync(resultsFile)
    ? resultsSchema.parse(JSON.parse(readFileSync(resultsFile, 'utf8')))
    : { schemaVersion: 1, tools: {}, rows: [] };

const operations = 2000;

/** Uniform random operands, the same for every multiplier of these types. */
const stimulusOf = ({ width }: Subject): { readonly a: number[]; readonly b: number[] } => {
  const random = createRandom(8);
  const column = (): number[] => Array.from({ length: operations }, () => random.integer(0, 2 ** width - 1));
  return { a: column(), b: column() };
};

const measure = async (subjects: readonly Subject[], withLuts: boolean): Promise<Results> => {
  const library = readLiberty(libraryFile);
  const designs = subjects.map(({ params }) => approxMultiplier(params).component.design);
  const mappings = await mapAllToGates(designs, { library });
  const luts = async (device: string) =>
    withLuts
      ? countAll(designs.map((design) => ({ design, device, options: { dsp: false } })))
      : { tool: '', counts: [] };
  const [ice40, ecp5] = [await luts('hx8k'), await luts('ecp5-25k')];
  const rows = subjects.flatMap((subject, index): Row[] => {
    const mapping = mappings[index];
    if (mapping === undefined) return [];
    const { name, width, signed, origin, params } = subject;
    const { area, energy, delayNs } = costOfMapping(mapping, { library, stimulus: stimulusOf(subject) });
    const counts = { ice40: ice40.counts[index]?.luts, ecp5: ecp5.counts[index]?.luts };
    return [
      {
        ...{ name, width, signed, origin, ...errorMetrics(params, productTable(params)) },
        ...{ area: rounded(area), energy: rounded(energy.total) },
        ...(delayNs === undefined ? {} : { delayNs: rounded(delayNs) }),
        ...(counts.ice40 === undefined ? {} : { ice40: counts.ice40 }),
        ...(counts.ecp5 === undefined ? {} : { ecp5: counts.ecp5 }),
      },
    ];
  });
  const [first] = mappings;
  const tools = {
    gates: `Gates: ${basename(libraryFile)} by ${first === undefined ? '' : `${first.tool.tool} ${first.tool.version}`}`,
    ...(withLuts ? { luts: `LUTs by ${ice40.tool}` } : {}),
  };
  return { schemaVersion: 1, tools, rows };
};

const rounded = (value: number): number => Number(value.toPrecision(6));

const widths = (process.env['BENCH_WIDTHS'] ?? '2,3,4,8').split(',').map(Number);
const origins = (process.env['BENCH_ORIGINS'] ?? 'search,generator').split(',');
for (const width of widths) {
  const subjects = subjectsOf(width).filter(({ origin }) => origins.includes(origin));
  const measured = await measure(subjects, process.env['BENCH_LUTS'] !== '0');
  const before = earlier();
  const isReplaced = (row: Row): boolean => row.width === width && origins.includes(row.origin);
  const results: Results = {
    schemaVersion: 1,
    tools: { ...before.tools, ...measured.tools },
    rows: [...before.rows.filter((row) => !isReplaced(row)), ...measured.rows],
  };
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(pageFile, page(results.rows, publishedPoints(publishedFile), results.tools));
  console.log(`${width}x${width}: ${measured.rows.length} multipliers measured`);
}
console.log(readFileSync(pageFile, 'utf8'));
