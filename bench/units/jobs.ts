/** Entries as jobs: Verilog of a module `dut`, the ports of its harness, and how it is mapped. */
import { emitVerilog, type Design } from '../../src/hdl/index.js';
import {
  parts,
  type Bar,
  type Baseline,
  type FamilyEntries,
  type Ours,
  type PartName,
  type Target,
} from './candidate.js';
import { int } from './candidates/int.js';
import { powerOfTwo } from './candidates/power-of-two.js';
import { pvq } from './candidates/pvq.js';
import { ternary } from './candidates/ternary.js';
import { baselineSource, type Source } from './driver.js';

/** In the order of the report. */
const families: readonly FamilyEntries[] = [ternary, powerOfTwo, int, pvq];

export interface Job {
  /** What BENCH_ONLY looks into. */
  readonly id: string;
  /** Jobs of one group are compared with each other. */
  readonly group: string;
  readonly arithmetic: string;
  readonly target: Target;
  readonly size: string;
  readonly maker: 'nomul' | 'baseline';
  readonly design: string;
  readonly pes: number;
  readonly source: Source;
  readonly passes: string;
  readonly flags: readonly string[];
  readonly parts: readonly PartName[];
  readonly bar: Omit<Bar, 'arithmetic' | 'target' | 'size'> | undefined;
}

/** Every entry, also those that nobody wants measured now: what is known of them belongs into the table. */
export const makeJobs = (): readonly Job[] =>
  families.flatMap(({ ours, baselines, bars }) => [
    ...ours.map((entry) => jobOf(entry, 'nomul', bars, oursSource(entry))),
    ...baselines.map((entry) => jobOf(entry, 'baseline', bars, baselineSource(entry))),
  ]);

const jobOf = (entry: Ours | Baseline, maker: Job['maker'], bars: readonly Bar[], source: Source): Job => {
  const { arithmetic, design, target, dsp = false } = entry;
  const size = `${entry.size.rows}x${entry.size.columns}`;
  const group = [arithmetic, target, size].join(' ');
  const dspFlag = target === 'ice40' ? (dsp ? '-dsp' : '') : dsp ? '' : '-nodsp';
  const alternatives = entry.flags ?? (target === 'ice40' ? [''] : ['', '-nowidelut']);
  return {
    ...{ id: `${group} ${maker} ${design}`, group, arithmetic, target, size, maker, design, source },
    pes: entry.size.rows * entry.size.columns,
    passes: 'passes' in entry ? (entry.passes ?? '') : '',
    flags: alternatives.map((flags) => `${dspFlag} ${flags}`.trim()),
    parts: entry.parts ?? (target === 'ice40' ? ['hx8k'] : ['25k', '85k']),
    bar: bars.find(
      (bar) => [bar.arithmetic, bar.target, `${bar.size.rows}x${bar.size.columns}`].join(' ') === group,
    ),
  };
};

const oursSource = ({ build, keep = [] }: Ours): Source => {
  const design = build();
  const { files } = emitVerilog(design);
  const text = files
    .map((file) => file.text)
    .join('\n')
    .replaceAll(/^module (\w+)/gm, (line, name: string) =>
      keep.some((prefix) => name.startsWith(prefix)) ? `(* keep_hierarchy *) ${line}` : line,
    );
  return { text: `${text}\n${wrapper(design)}`, ...harnessPorts(design) };
};

const inputsOf = (design: Design): readonly (readonly [port: string, bits: number])[] => [
  ...(design.usesReset ? [['rst', 1] as const] : []),
  ...design.ports
    .filter(({ direction }) => direction === 'in')
    .map(({ name, type }) => [name, type.width] as const),
];

const outputsOf = (design: Design): Design['ports'] =>
  design.ports.filter(({ direction }) => direction === 'out');

const harnessPorts = (design: Design): Pick<Source, 'win' | 'yw'> => ({
  win: inputsOf(design),
  yw: outputsOf(design).reduce((bits, { type }) => bits + type.width, 0),
});

/** The module `dut` that the harness expects: the design's inputs, and one output `y`. */
const wrapper = (design: Design): string => {
  const inputs = inputsOf(design);
  const outputs = outputsOf(design);
  const ports = inputs.map(([name, bits]) => `input [${bits - 1}:0] ${name}`);
  const pins = ['clk', ...inputs.map(([name]) => name)].map((name) => `.${name}(${name})`);
  return [
    `module dut(input clk, ${ports.join(', ')}, output [${harnessPorts(design).yw - 1}:0] y);`,
    ...outputs.map(({ name, type }) => `  wire [${type.width - 1}:0] ${name};`),
    `  ${design.name} u(${[...pins, ...outputs.map(({ name }) => `.${name}(${name})`)].join(', ')});`,
    `  assign y = {${outputs
      .map(({ name }) => name)
      .toReversed()
      .join(', ')}};`,
    'endmodule\n',
  ].join('\n');
};

/** The first part of the job's that holds the counts. */
export const partFor = (
  job: Job,
  counts: { readonly lut: number; readonly dsp: number },
): PartName | undefined =>
  job.parts.find((name) => counts.lut <= parts[name].luts && counts.dsp <= parts[name].dsps);
