/** One question to Yosys: files and commands, made of Designs. */

import type { Design } from '../hdl/index.js';
import {
  compareTop,
  inputSignal,
  inputsOf,
  propertyTop,
  resetSignal,
  sideFiles,
  sideName,
  topName,
  type JobFile,
  type TopOptions,
} from './harness.js';
import type { Method } from './verdict.js';

export interface Job {
  readonly method: Method;
  /** Relative to `folder`. */
  readonly files: readonly JobFile[];
  /** The script; every path in it begins with `folder`. */
  readonly commands: readonly string[];
  /** Name of the model's VCD file inside `folder`. */
  readonly waves: string;
}

type Side = 'a' | 'b';

/** Two Designs side by side; the files of every method are the same. */
export interface Comparison {
  readonly a: Design;
  readonly b: Design;
  readonly folder: string;
  readonly options: TopOptions;
}

const waves = 'model.vcd';
/** Registers without a starting value are neither merged nor replaced by a constant: each starts anywhere. */
const optimize = 'opt -full -noff -keepdc';

/** Registers of the same name are cut, so that a question without time is left; ABC merges what is equal inside. */
export function correspondenceJob({ a, b, folder }: Comparison): Job {
  return {
    method: 'correspondence',
    files: [...sideFiles(a, 'a', folder), ...sideFiles(b, 'b', folder)],
    commands: [
      ...sideCommands(a, 'a', folder),
      ...sideCommands(b, 'b', folder),
      'design -reset',
      `design -copy-from a ${sideName('a')}`,
      `design -copy-from b ${sideName('b')}`,
      'setattr -unset init w:*',
      `expose -evert-dff -shared ${sideName('a')} ${sideName('b')}`,
      `miter -equiv -flatten -make_outputs ${sideName('a')} ${sideName('b')} miter`,
      'hierarchy -top miter',
      optimize,
      'techmap',
      optimize,
      'abc -script +strash;ifraig;fraig;iprove;strash',
      'opt_clean',
      'sat -seq 1 -prove trigger 0 miter',
    ],
    waves,
  };
}

/** From any state: the outputs agree after `settleCycles` of common inputs. */
export function windowJob(comparison: Comparison): Job {
  const cycles = comparison.options.settleCycles;
  return comparisonJob('window', comparison, [
    'setattr -unset init w:*',
    `sat -seq ${cycles + 1} -prove-skip ${cycles} -prove differ 0 -set-assumes`,
  ]);
}

/** From the start, by induction over up to `depth` cycles; gives a bounded answer or a counterexample too. */
export function inductionJob(comparison: Comparison, depth: number): Job {
  return comparisonJob('induction', comparison, [
    `sat -tempinduct -maxsteps ${depth} -prove bad 0 -set-assumes`,
  ]);
}

/** As `inductionJob`, with every register that has no starting value at 0, as the simulator starts. */
export function zeroStartJob(comparison: Comparison, depth: number): Job {
  return comparisonJob('induction', comparison, [
    `sat -tempinduct -tempinduct-baseonly -maxsteps ${depth} -prove bad 0 -set-assumes -set-init-zero`,
  ]);
}

function comparisonJob(method: Method, { a, b, folder, options }: Comparison, ask: readonly string[]): Job {
  return {
    method,
    files: [...sideFiles(a, 'a', folder), ...sideFiles(b, 'b', folder), compareTop(a, b, options)],
    commands: [
      ...sideCommands(a, 'a', folder),
      ...sideCommands(b, 'b', folder),
      ...topCommands(['a', 'b'], folder),
      ...withModel(a, folder, ask),
    ],
    waves,
  };
}

export interface PropertyQuestion {
  readonly design: Design;
  readonly folder: string;
  readonly resets: 'once' | 'any';
}

/** The asserts of one Design under its assumptions. A property at a clock edge is looked at one step later. */
export function propertyJob(
  { design, folder, resets }: PropertyQuestion,
  depth: number,
  { induction, zeroStart = false }: { readonly induction: boolean; readonly zeroStart?: boolean },
): Job {
  const base = induction ? '' : ' -tempinduct-baseonly';
  const start = zeroStart ? ' -set-init-zero' : '';
  return {
    method: 'induction',
    files: [...sideFiles(design, 'a', folder), propertyTop(design, resets)],
    commands: [
      ...sideCommands(design, 'a', folder, 'properties'),
      ...topCommands(['a'], folder),
      ...withModel(design, folder, [
        `sat -tempinduct${base} -maxsteps ${depth + 1} -prove-asserts -set-assumes${start}`,
      ]),
    ],
    waves,
  };
}

/** Reads, flattens and keeps one side; memories become registers, and what is unknown becomes 0, as in the simulator. */
function sideCommands(
  design: Design,
  side: Side,
  folder: string,
  keep: 'assumptions' | 'properties' = 'assumptions',
): readonly string[] {
  const files = sideFiles(design, side, folder).filter(({ name }) => name.endsWith('.v'));
  return [
    'design -reset',
    ...files.map(({ name }) => `read_verilog -formal ${folder}/${name}`),
    `hierarchy -check -top ${sideName(side)}`,
    'proc',
    'flatten',
    'async2sync',
    keep === 'properties' ? 'chformal -cover -remove' : 'chformal -assert -cover -remove',
    'memory_collect',
    'memory_map',
    'dffunmap',
    'setundef -zero',
    'opt_clean',
    `design -stash ${side}`,
  ];
}

function topCommands(sides: readonly Side[], folder: string): readonly string[] {
  return [
    'design -reset',
    `read_verilog -formal ${folder}/top.v`,
    ...sides.map((side) => `design -copy-from ${side} ${sideName(side)}`),
    `hierarchy -check -top ${topName}`,
    'proc',
    'flatten',
    'async2sync',
    optimize,
    'dffunmap',
  ];
}

/** Completes the `sat` command (the last one): what a model shows, and where it goes. */
function withModel(design: Design, folder: string, ask: readonly string[]): readonly string[] {
  const shown = [resetSignal, ...inputsOf(design).map(({ name }) => inputSignal(name))];
  const show = shown.map((name) => `-show ${name}`).join(' ');
  return [...ask.slice(0, -1), `${ask.at(-1) ?? ''} ${show} -dump_vcd ${folder}/${waves} ${topName}`];
}
