/** Headers that adapt the harnesses of `testbenches/` to a design's ports, and building with Verilator and Icarus. */

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { clockName, emitVerilog, resetName, type Design, type ScalarType } from '../hdl/index.js';
import {
  cachedStage,
  contentHash,
  findTool,
  PACKAGE_ROOT,
  runProcess,
  runTool,
  tailOf,
  ToolCrashed,
  type FindOptions,
  type FoundTool,
} from '../tools/index.js';
import { SimError } from './errors.js';

export interface HarnessPort {
  readonly name: string;
  readonly direction: 'in' | 'out';
  readonly type: ScalarType;
}

/** Verilog to simulate: emitted from a Design, or read from files, such as a mapped netlist with its cell models. */
export interface VerilogSource {
  readonly top: string;
  /** Verilog (`.v`) and memory images, by the names that the Verilog uses. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Ports without `clock` and `reset`. */
  readonly ports: readonly HarnessPort[];
  /** Name of the clock port; undefined: combinational. */
  readonly clock?: string;
  /** Name of the synchronous, active-high reset port, if there is one. */
  readonly reset?: string;
  /** The ports of further clock domains. */
  readonly domains?: readonly { readonly clock: string; readonly reset?: string }[];
  /** Verilog macros, such as those that choose a cell library's variant. */
  readonly defines?: Readonly<Record<string, string>>;
}

/** Limits and places of an external simulator. */
export interface RunOptions {
  /** Wall-clock limit of each of: building, simulating. Default 10 minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly tools?: FindOptions;
  /** Folder of cached builds; default: NOMUL_CACHE or `.cache`. */
  readonly cache?: string;
  /**
   * `speed` (default): for 10^4 cycles and more. `build`: for mapped netlists, which are large and run for few cycles; the
   * C++ is compiled without optimization (docs/tools.md has the measurement).
   */
  readonly favour?: 'speed' | 'build';
  /** Waves of the external simulator: a VCD file, and the first and last cycle in it. */
  readonly waves?: { readonly file: string; readonly from: number; readonly to: number };
}

const DEFAULT_LIMIT_MS = 600_000;
/** A compromise between build time and speed for runs of 10^4 to 10^6 cycles. */
const OPTIMIZATION = '-O2';
const optimizationOf = ({ favour }: RunOptions): string => (favour === 'build' ? '-O0' : OPTIMIZATION);
/** Waves need another build, of Verilator's runtime too. */
const traceOf = ({ waves }: RunOptions): readonly string[] => (waves === undefined ? [] : ['--trace']);
/** One C++ file, above any size: with 0, Verilator writes wide constants into a file each. */
const splitOf = ({ favour }: RunOptions): readonly string[] =>
  favour === 'build' ? ['--output-split', '1000000000'] : [];
const VERILATOR_FLAGS = [
  ...[
    '--cc',
    '--exe',
    // Verilator 5.006 computes some exclusive ors wrongly with these two; named after -O3, which would allow them again.
    ...['-O3', '-fno-const-bit-op-tree', '-fno-dfg'],
    '--x-assign',
    'fast',
    '--x-initial',
    'unique',
    '--no-timing',
    '-Wno-fatal',
    '-Wno-lint',
  ],
  ...['--top-module'],
];

export function sourceOf(design: Design): VerilogSource {
  return {
    top: design.name,
    files: emitVerilog(design).files,
    ports: design.ports.map(({ name, direction, type }) => ({ name, direction, type })),
    ...clockPortsOf(design),
  };
}

type ClockPorts = Pick<VerilogSource, 'clock' | 'reset' | 'domains'>;

export const clockPortsOf = ({ usesClock, usesReset, domains = [] }: Design): ClockPorts => ({
  ...(usesClock ? { clock: clockName(undefined) } : {}),
  ...(usesReset ? { reset: resetName(undefined) } : {}),
  domains: domains.map(({ name, usesReset: resets }) => ({
    clock: clockName(name),
    ...(resets ? { reset: resetName(name) } : {}),
  })),
});

/** All clock ports. With several, the stimulus has a column for each: 1 in the cycles in which it rises. */
export const clocksOf = ({ clock, domains = [] }: ClockPorts): readonly string[] => [
  ...(clock === undefined ? [] : [clock]),
  ...domains.map((domain) => domain.clock),
];

export const resetsOf = ({ reset, domains = [] }: ClockPorts): readonly string[] => [
  ...(reset === undefined ? [] : [reset]),
  ...domains.flatMap((domain) => domain.reset ?? []),
];

const C_WORDS = new Set(
  'and asm auto bool break case catch char class const continue default delete do double else enum export extern false float for friend goto if inline int long mutable namespace new not operator or private protected public register return short signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual void volatile while xor'.split(
    ' ',
  ),
);

/** The member of the Verilated class that stands for a port. */
export function memberName(port: string): string {
  if (C_WORDS.has(port)) return `__SYM__${port}`;
  return port.replaceAll('__', '___05F');
}

/** A list macro `#define NAME(X) X(port, width) ...`. */
export function listMacro(name: string, ports: readonly (readonly [string, number])[]): string {
  return `#define ${name}(X) ${ports.map(([port, width]) => `X(${memberName(port)}, ${width})`).join(' ')}`;
}

/** `NOMUL_CLOCK(dut, levels)` sets clock i to bit i of `levels`, `NOMUL_RESET(dut, value)` all resets to one value. */
export function clockMacros(source: VerilogSource): string[] {
  const clocks = clocksOf(source).map((port, i) => `(dut)->${memberName(port)} = ((levels) >> ${i}) & 1;`);
  const resets = resetsOf(source).map((port) => `(dut)->${memberName(port)} = (value);`);
  return [
    `#define NOMUL_CLOCK(dut, levels) ${clocks.join(' ')}`,
    `#define NOMUL_RESET(dut, value) ${resets.join(' ')}`,
  ];
}

const testbench = (name: string): string => join(PACKAGE_ROOT, 'testbenches', name);

/** Builds (or finds in the cache) the Verilator program for a source, a harness and a header. */
export async function buildVerilator(
  source: VerilogSource,
  harness: string,
  header: string,
  options: RunOptions,
): Promise<string> {
  const tool = await findTool('verilator', options.tools);
  const harnessFiles = [harness, 'nomul_harness.h'];
  const { folder } = await cachedStage(
    {
      stage: 'verilator',
      key: buildKey(source, harnessFiles, header, [
        tool.version,
        optimizationOf(options),
        ...traceOf(options),
        ...VERILATOR_FLAGS,
      ]),
      ...cacheOption(options),
    },
    async (work) => {
      const verilog = writeSource(source, work);
      for (const file of harnessFiles) copyFileSync(testbench(file), join(work, file));
      writeFileSync(join(work, 'nomul_ports.h'), header);
      const names = [source.top, '--prefix', 'Vdut', '--Mdir', 'obj', '-CFLAGS', '-I..'];
      const args = [
        ...splitOf(options),
        ...traceOf(options),
        ...VERILATOR_FLAGS,
        ...names,
        ...defineArgs(source),
        ...verilog,
        harness,
      ];
      await runTool(tool, { args, cwd: work, ...limits(options) });
      const runtime = await verilatorRuntime(tool, options);
      for (const name of runtimeObjects(options))
        copyFileSync(join(runtime, 'obj', name), join(work, 'obj', name));
      await make(join(work, 'obj'), 'Vdut', options, optimizationOf(options));
    },
  );
  return folder;
}

const runtimeObjects = ({ waves }: RunOptions): readonly string[] => [
  'verilated.o',
  'verilated_threads.o',
  ...(waves === undefined ? [] : ['verilated_vcd_c.o']),
];

/** Verilator's own runtime, compiled once: it is two thirds of the build time of a small design. */
async function verilatorRuntime(tool: FoundTool, options: RunOptions): Promise<string> {
  const flags = [OPTIMIZATION, ...traceOf(options)].join(' ');
  const key = contentHash({ version: tool.version, command: tool.command, flags });
  const { folder } = await cachedStage(
    { stage: 'verilator-runtime', key, ...cacheOption(options) },
    async (work) => {
      writeFileSync(
        join(work, 'nothing.v'),
        'module nothing(input wire a, output wire b);\n  assign b = a;\nendmodule\n',
      );
      const args = [
        ...traceOf(options),
        ...VERILATOR_FLAGS,
        'nothing',
        '--prefix',
        'Vdut',
        '--Mdir',
        'obj',
        'nothing.v',
        'none.cpp',
      ];
      await runTool(tool, { args, cwd: work, ...limits(options) });
      for (const name of runtimeObjects(options)) await make(join(work, 'obj'), name, options, OPTIMIZATION);
    },
  );
  return folder;
}

/** @throws ToolCrashed with the compiler's messages */
async function make(
  folder: string,
  target: string,
  options: RunOptions,
  optimization: string,
): Promise<void> {
  const result = await runProcess({
    command: 'make',
    args: [
      '-s',
      '-j2',
      '-f',
      'Vdut.mk',
      `OPT_FAST=${optimization}`,
      'OPT_SLOW=-O0',
      'OPT_GLOBAL=-O1',
      target,
    ],
    cwd: folder,
    label: 'make (of Verilator output)',
    ...limits(options),
  });
  if (result.exitCode === 0) return;
  throw new ToolCrashed(
    'verilator',
    `the C++ compiler refused its output (make ended with ${String(result.exitCode)})`,
    tailOf(result),
  );
}

/** Builds (or finds in the cache) the Icarus program `sim.vvp` for a source, a harness and a header. */
export async function buildIcarus(
  source: VerilogSource,
  harness: string,
  header: string,
  options: RunOptions,
): Promise<string> {
  const tool = await findTool('iverilog', options.tools);
  const { folder } = await cachedStage(
    { stage: 'icarus', key: buildKey(source, [harness], header, [tool.version]), ...cacheOption(options) },
    async (work) => {
      const verilog = writeSource(source, work);
      copyFileSync(testbench(harness), join(work, harness));
      writeFileSync(join(work, 'nomul_ports.vh'), header);
      await runTool(tool, {
        args: [
          '-g2005',
          '-o',
          'sim.vvp',
          '-s',
          basename(harness, '.v').replace('icarus', 'nomul'),
          ...defineArgs(source),
          harness,
          ...verilog,
        ],
        cwd: work,
        ...limits(options),
      });
    },
  );
  return folder;
}

function buildKey(
  source: VerilogSource,
  harness: readonly string[],
  header: string,
  flags: readonly string[],
): string {
  const parts: Record<string, string> = {
    header,
    flags: [...flags, source.top, ...defineArgs(source)].join(' '),
    order: source.files.map(({ name }) => name).join(' '),
  };
  for (const file of harness) parts[`harness ${file}`] = readFileSync(testbench(file), 'utf8');
  for (const { name, text } of source.files) parts[`source ${name}`] = text;
  return contentHash(parts);
}

const cacheOption = ({ cache }: RunOptions): { cache?: string } => (cache === undefined ? {} : { cache });

const defineArgs = ({ defines = {} }: VerilogSource): string[] =>
  Object.entries(defines).map(([name, value]) => `-D${name}${value === '' ? '' : `=${value}`}`);

export function limits({ timeoutMs = DEFAULT_LIMIT_MS, signal }: RunOptions): {
  timeoutMs: number;
  signal?: AbortSignal;
} {
  return { timeoutMs, ...(signal === undefined ? {} : { signal }) };
}

/** Writes all files and returns the names of the Verilog ones. */
function writeSource({ files }: VerilogSource, folder: string): string[] {
  for (const { name, text } of files) {
    if (basename(name) !== name)
      throw new SimError('harness', `${name}: files of a Verilog source have no folder`);
    writeFileSync(join(folder, name), text);
  }
  return files.map(({ name }) => name).filter((name) => name.endsWith('.v'));
}

/** Runs `work` in a new temporary folder that is removed afterwards. `images` of the build are copied there. */
export async function inTemporaryFolder<T>(
  source: VerilogSource,
  build: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-sim-'));
  try {
    for (const { name } of source.files) {
      const image = join(build, name);
      if (!name.endsWith('.v') && existsSync(image)) copyFileSync(image, join(folder, name));
    }
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
