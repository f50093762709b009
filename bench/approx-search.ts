/**
 * make bench BENCH=approx-search: finds the catalogue of approximate multipliers again and writes src/units/approx-search/catalogue.
 * The same program finds the same netlists on every machine. WIDTHS=2,3 does a part.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueTasks, netlistText, searchPath, type StoredPath } from '../src/units/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'src/units/approx-search/catalogue');

const allWidths = [2, 3, 4, 8] as const;
const wanted = (process.env['WIDTHS'] ?? allWidths.join()).split(',').map(Number);

for (const width of allWidths.filter((known) => wanted.includes(known))) {
  const paths = catalogueTasks(width).map(({ name, signed, task }): StoredPath => {
    console.log(name);
    const members = searchPath(task, ({ bound, cost, metrics }) => {
      console.log(
        `  bound ${bound.toPrecision(4)}: cost ${cost}, mean error ${metrics.meanAbsolute.toPrecision(4)}`,
      );
    });
    return {
      search: name,
      width,
      signed,
      members: distinct(members.map(({ bound, netlist }) => ({ bound, netlist: netlistText(netlist) }))),
    };
  });
  const name = `multipliers-${width}x${width}`;
  writeFileSync(join(folder, `${name}.new`), fileText(width, paths));
  renameSync(join(folder, `${name}.new`), join(folder, `${name}.ts`));
}

/** Without those that are the one before them again. */
function distinct(members: StoredPath['members']): StoredPath['members'] {
  return members.filter(({ netlist }, index) => netlist !== members[index - 1]?.netlist);
}

function fileText(width: number, paths: readonly StoredPath[]): string {
  const lines = paths.flatMap(({ search, signed, members }) => [
    '  {',
    `    search: '${search}',`,
    `    width: ${width},`,
    `    signed: ${String(signed)},`,
    '    members: [',
    ...members.map(({ bound, netlist }) => `      { bound: ${bound}, netlist: '${netlist}' },`),
    '    ],',
    '  },',
  ]);
  return [
    '/** Written by `make bench BENCH=approx-search`; see tasks.ts. */',
    "import type { StoredPath } from '../catalogue.js';",
    '',
    '// prettier-ignore',
    `export const multipliers${width}x${width}: readonly StoredPath[] = [`,
    ...lines,
    '];',
    '',
  ].join('\n');
}
