/** docs/results/cmvm.md from the rows measured. */
import type { Row } from './results.js';

const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Ours beside da4ml's, and the quotient. */
const beside = (ours: number, theirs: number): string =>
  `${ours} / ${theirs} | ${(ours / theirs).toFixed(3)}`;

const cellsOf = ({ ours, da4ml }: Row) => {
  if (ours.cells === undefined || da4ml.cells === undefined) throw new RangeError('a row without cells');
  return { ours: ours.cells, da4ml: da4ml.cells };
};

const table = (head: string, rows: readonly string[]): string => {
  const columns = head.split('|').length - 2;
  return [head, `|---${'|--:'.repeat(columns - 1)}|`, ...rows].join('\n');
};

const quotients = (rows: readonly Row[], of: 'lut' | 'ff'): readonly number[] =>
  rows.map((row) => cellsOf(row).ours[of] / cellsOf(row).da4ml[of]);

const summary = (rows: readonly Row[], of: 'lut' | 'ff'): string => {
  const found = quotients(rows, of);
  return found.length === 0 ? '–' : `${geomean(found).toFixed(3)} (worst ${Math.max(...found).toFixed(3)})`;
};

const pipelined = (rows: readonly Row[], target: string): string => {
  const own = rows.filter((row) => row.part === 'pipelined' && row.target === target);
  const lines = own.map((row) => {
    const { ours, da4ml } = cellsOf(row);
    const stages = `${row.ours.latencyCycles} / ${row.da4ml.depth + 1}`;
    return `| \`${row.matrix}\` | ${beside(ours.lut, da4ml.lut)} | ${beside(ours.ff, da4ml.ff)} | ${stages} |`;
  });
  const means = `| **geometric mean of ${own.length}** | | **${summary(own, 'lut')}** | | **${summary(own, 'ff')}** | |`;
  return table('| matrix | LUTs, ours / da4ml | | registers, ours / da4ml | | latency, cycles |', [
    ...lines,
    means,
  ]);
};

const combinational = (rows: readonly Row[]): string =>
  table(
    '| matrix | LUTs, ours / da4ml | | adder levels |',
    rows
      .filter(({ part }) => part === 'combinational')
      .map((row) => {
        const { ours, da4ml } = cellsOf(row);
        return `| \`${row.matrix}\` | ${beside(ours.lut, da4ml.lut)} | ${row.ours.depth} / ${row.da4ml.depth} |`;
      }),
  );

const adders = (rows: readonly Row[], names: readonly string[]): string => {
  const find = (name: string, part: Row['part']): string => {
    const row = rows.find((each) => each.matrix === name && each.part === part);
    if (row === undefined) return '| | | ';
    const seconds = `${row.ours.cpuSeconds.toFixed(1)} / ${row.da4ml.cpuSeconds.toFixed(2)}`;
    return `${beside(row.ours.adders, row.da4ml.adders)} | ${seconds}`;
  };
  const lines = names
    .filter((name) => rows.some(({ matrix, part }) => matrix === name && part.startsWith('adders')))
    .map(
      (name) => `| \`${name}\` | ${find(name, 'adders, any depth')} | ${find(name, 'adders, least depth')} |`,
    );
  return table('| matrix | any depth, ours / da4ml | | CPU s | least depth, ours / da4ml | | CPU s |', lines);
};

export const page = (rows: readonly Row[], names: readonly string[], tools: readonly string[]): string =>
  `# Constant matrices, measured

Written by \`make bench BENCH=cmvm\`: the \`cmvm\` unit beside da4ml on \`../shared/data/cmvm\`, ${tools.join(', ')}. Both sides are
counted by the same script with the same flags; matrices not listed were not measured in this run.

## A register after every adder level

da4ml: its Verilog with \`latency_cutoff=1\`, which registers the inputs too; ours takes them as they come, one rank less.

### iCE40, \`synth_ice40\`: SB_LUT4

${pipelined(rows, 'ice40')}

### ECP5, \`synth_ecp5 -nodsp\`: LUT4 + 2 x CCU2C

${pipelined(rows, 'ecp5')}

## Without registers, ECP5

da4ml: its combinational Verilog behind an output register; ours: every adder a kept module.

${combinational(rows)}

## Adders

\`objective: 'adders'\`; da4ml with its defaults, and with \`hard_dc=0\`. CPU seconds on a loaded machine: compare inside a row.

${adders(rows, names)}
`;
