/** Every input of every cycle into Verilator, every output of every cycle out. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProcess, tailOf, ToolCrashed } from '../tools/index.js';
import { SimError } from './errors.js';
import {
  buildVerilator,
  clockMacros,
  clocksOf,
  inTemporaryFolder,
  limits,
  listMacro,
  resetsOf,
  type HarnessPort,
  type RunOptions,
  type VerilogSource,
} from './harness.js';
import { getWords, putWords, wordsOf } from './words.js';

/** Values of each input port, reset or (of several) clock, one per cycle. */
export type StimulusColumns = Readonly<Record<string, ArrayLike<number> | ArrayLike<bigint>>>;

/** Recorded outputs: per port the value and, where bits were unknown (x or z), a mask of those bits. */
export interface Recording {
  /** Cycles that ran; fewer than asked when the design ended the simulation (`message` says why). */
  readonly cycles: number;
  readonly values: Readonly<Record<string, readonly bigint[]>>;
  readonly unknown: Readonly<Record<string, readonly bigint[]>>;
  /** What the design printed before it ended the simulation: a failed assertion. */
  readonly message: string | undefined;
}

const RESET_TYPE = { signed: false, width: 1 };

/** Input ports in the order of the harness, the resets first. */
export function drivenPorts(source: VerilogSource): HarnessPort[] {
  const resets = resetsOf(source).map((name) => ({ name, direction: 'in', type: RESET_TYPE }) as const);
  return [...resets, ...source.ports.filter(({ direction }) => direction === 'in')];
}

export const outputPorts = ({ ports }: VerilogSource): HarnessPort[] =>
  ports.filter(({ direction }) => direction === 'out');

/** Runs recorded stimulus through Verilator. Ports without a column are 0. @throws SimError harness, ToolError */
export async function runVerilator(
  source: VerilogSource,
  cycles: number,
  stimulus: StimulusColumns,
  options: RunOptions & { readonly powerUpSeed?: number } = {},
): Promise<Recording> {
  const inputs = drivenPorts(source);
  const outputs = outputPorts(source);
  const header = cosimHeader(source, inputs, outputs);
  const build = await buildVerilator(source, 'verilator_cosim.cpp', header, options);
  return inTemporaryFolder(source, build, async (folder) => {
    writeFileSync(join(folder, 'stimulus.bin'), packStimulus(source, cycles, stimulus));
    const result = await runProcess({
      command: join(build, 'obj', 'Vdut'),
      args: ['stimulus.bin', 'results.bin', String(options.powerUpSeed ?? 0), ...waveArgs(options)],
      cwd: folder,
      label: 'Verilator simulation',
      ...limits(options),
    });
    if (result.exitCode !== 0 && result.exitCode !== 1) {
      throw new ToolCrashed(
        'verilator',
        `the simulation ended with ${result.signal ?? String(result.exitCode)}`,
        tailOf(result),
      );
    }
    const message = result.exitCode === 1 ? result.stdout.trim() : undefined;
    return unpack(readFileSync(join(folder, 'results.bin')), outputs, message, cycles);
  });
}

const waveArgs = ({ waves }: RunOptions): readonly string[] =>
  waves === undefined ? [] : [resolve(waves.file), String(waves.from), String(waves.to)];

function cosimHeader(
  source: VerilogSource,
  inputs: readonly HarnessPort[],
  outputs: readonly HarnessPort[],
): string {
  const list = (ports: readonly HarnessPort[]): (readonly [string, number])[] =>
    ports.map(({ name, type }) => [name, type.width]);
  return [
    ...clockMacros(source),
    listMacro('NOMUL_INPUTS', list(inputs)),
    listMacro('NOMUL_OUTPUTS', list(outputs)),
    `#define NOMUL_INPUT_WORDS ${1 + totalWords(inputs)}`,
    `#define NOMUL_OUTPUT_WORDS ${totalWords(outputs)}`,
    '',
  ].join('\n');
}

const totalWords = (ports: readonly HarnessPort[]): number =>
  ports.reduce((sum, { type }) => sum + wordsOf(type.width), 0);

/** A word with the clocks that rise, then the input ports. */
function packStimulus(source: VerilogSource, cycles: number, stimulus: StimulusColumns): Uint8Array {
  const inputs = drivenPorts(source);
  const words = new Uint32Array(cycles * (1 + totalWords(inputs)));
  let at = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    words[at++] = risingClocks(source, stimulus, cycle);
    for (const { name, type } of inputs)
      at = putWords(words, at, stimulusValue(stimulus, name, cycle), type.width);
  }
  return new Uint8Array(words.buffer);
}

/** Bit i: clock i rises in this cycle; a clock without a column does in all. */
export function risingClocks(source: VerilogSource, stimulus: StimulusColumns, cycle: number): number {
  const rises = (name: string): boolean =>
    stimulus[name] === undefined || Number(stimulusValue(stimulus, name, cycle)) === 1;
  return clocksOf(source).reduce((levels, name, i) => levels | (rises(name) ? 1 << i : 0), 0) >>> 0;
}

export function stimulusValue(stimulus: StimulusColumns, name: string, cycle: number): number | bigint {
  const column = stimulus[name];
  if (column === undefined) return 0;
  const value = column[cycle];
  if (value === undefined)
    throw new SimError('bad-stimulus', `the stimulus of ${name} ends in cycle ${cycle}`);
  return value;
}

function unpack(
  bytes: Uint8Array,
  outputs: readonly HarnessPort[],
  message: string | undefined,
  asked: number,
): Recording {
  const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const perCycle = totalWords(outputs);
  const cycles = perCycle === 0 ? asked : words.length / perCycle;
  const values: Record<string, bigint[]> = {};
  let offset = 0;
  for (const { name, type } of outputs) {
    const base = offset;
    values[name] = Array.from({ length: cycles }, (_, cycle) =>
      getWords(words, cycle * perCycle + base, type),
    );
    offset += wordsOf(type.width);
  }
  return { cycles, values, unknown: {}, message };
}
