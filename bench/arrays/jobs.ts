/** What the arrays bench measures: our designs beside the baselines, per size and family. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitVerilog } from '../../src/hdl/index.js';
import { productModulePrefix } from '../../src/units/index.js';
import {
  accWidth,
  actWidth,
  intDotArray,
  recodedDotArray,
  ternaryChainArray,
  ternaryDotArray,
  type ArrayDesign,
  type ArraySize,
} from './designs.js';

export type Family = 'ice40' | 'ecp5';

/** A part that a design may be placed on, with the counts up to which that is tried. */
interface Part {
  readonly device: string;
  readonly luts: number;
  readonly dsps: number;
}

const parts: Readonly<Record<Family, readonly Part[]>> = {
  ice40: [{ device: 'hx8k', luts: 7600, dsps: 0 }],
  ecp5: [
    { device: '25k', luts: 24_000, dsps: 28 },
    { device: '85k', luts: 83_000, dsps: 156 },
  ],
};

/** One measurement, as bench/arrays/driver.py reads it. */
export interface Job {
  readonly id: string;
  readonly size: string;
  readonly arithmetic: (typeof arithmetics)[number];
  readonly maker: 'nomul' | 'baseline';
  readonly design: string;
  readonly target: Family;
  readonly parts: readonly Part[];
  readonly seeds: readonly number[];
  readonly dsp: boolean;
  readonly pes: number;
  readonly baseline?: readonly [kind: string, rows: number, columns: number, flow: string];
  readonly file?: string;
  readonly win?: readonly (readonly [port: string, bits: number])[];
  readonly yw?: number;
  readonly keep?: readonly string[];
}

export interface JobOptions {
  readonly sizes: readonly ArraySize[];
  readonly families: readonly Family[];
  /** Place and route once per seed; none: counts alone. */
  readonly seeds: readonly number[];
  /** Where our Verilog is written. */
  readonly folder: string;
}

interface Candidate {
  readonly arithmetic: Job['arithmetic'];
  readonly design: string;
  readonly families: readonly Family[];
}
interface Ours extends Candidate {
  readonly build: (size: ArraySize) => ArrayDesign;
}
interface Baseline extends Candidate {
  readonly kind: string;
  readonly flow: string;
}

const arithmetics = ['ternary', 'int8', 'int8 DSP'] as const;
const both: readonly Family[] = ['ice40', 'ecp5'];

const ours: readonly Ours[] = [
  {
    arithmetic: 'ternary',
    design: 'ternaryDot columns',
    families: both,
    build: ternaryDotArray,
  },
  {
    arithmetic: 'ternary',
    design: 'ternaryPe chains',
    families: both,
    build: ternaryChainArray,
  },
  {
    arithmetic: 'int8',
    design: 'recodedDot columns',
    families: both,
    build: recodedDotArray,
  },
  { arithmetic: 'int8', design: 'intDot columns', families: both, build: intDotArray },
  {
    arithmetic: 'int8 DSP',
    design: 'intDot columns',
    families: ['ecp5'],
    build: intDotArray,
  },
];

const baselines: readonly Baseline[] = [
  { arithmetic: 'ternary', design: 'tern wsb', families: both, kind: 'tern', flow: 'wsb' },
  { arithmetic: 'ternary', design: 'tern wsx', families: ['ecp5'], kind: 'tern', flow: 'wsx' },
  { arithmetic: 'int8', design: 'int8h wsb', families: both, kind: 'int8h', flow: 'wsb' },
  { arithmetic: 'int8', design: 'int8 wsb', families: both, kind: 'int8', flow: 'wsb' },
  { arithmetic: 'int8 DSP', design: 'int8 wsb', families: ['ecp5'], kind: 'int8', flow: 'wsb' },
];

/** Jobs in the order of the report; writes the Verilog of ours. */
export const makeJobs = (options: JobOptions): readonly Job[] =>
  options.families.flatMap((family) =>
    options.sizes.flatMap((size) =>
      arithmetics.flatMap((arithmetic) => {
        const wanted = (entry: Candidate): boolean =>
          entry.arithmetic === arithmetic && entry.families.includes(family);
        return [
          ...ours.filter(wanted).map((entry) => oursJob(entry, family, size, options)),
          ...baselines.filter(wanted).map((entry) => baselineJob(entry, family, size, options)),
        ];
      }),
    ),
  );

const common = (
  { arithmetic, design }: Candidate,
  maker: Job['maker'],
  target: Family,
  { rows, columns }: ArraySize,
  { seeds }: JobOptions,
): Job => {
  const size = `${rows}x${columns}`;
  return {
    id: [target, size, arithmetic, maker, design].join(' '),
    ...{ size, arithmetic, maker, design, target, seeds },
    parts: parts[target],
    dsp: arithmetic === 'int8 DSP',
    pes: rows * columns,
  };
};

const oursJob = (entry: Ours, family: Family, size: ArraySize, options: JobOptions): Job => {
  const { rows, columns } = size;
  const file = join(options.folder, `${entry.design.replace(' ', '_')}_${rows}x${columns}.v`);
  const { design, weightWidth } = entry.build(size);
  const { files } = emitVerilog(design);
  writeFileSync(file, files.map(({ text }) => text).join('\n'));
  return {
    ...common(entry, 'nomul', family, size, options),
    file,
    win: [
      ['wl', 1],
      ['clr', 1],
      ['a', rows * actWidth],
      ['w', columns * weightWidth],
    ],
    yw: columns * accWidth,
    keep: [productModulePrefix],
  };
};

const baselineJob = (entry: Baseline, family: Family, size: ArraySize, options: JobOptions): Job => ({
  ...common(entry, 'baseline', family, size, options),
  baseline: [entry.kind, size.rows, size.columns, entry.flow],
});
