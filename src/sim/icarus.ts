/** Every input of every cycle into Icarus, every output of every cycle out, with unknown bits. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findTool, runTool } from '../tools/index.js';
import {
  buildIcarus,
  clocksOf,
  inTemporaryFolder,
  limits,
  type HarnessPort,
  type RunOptions,
  type VerilogSource,
} from './harness.js';
import {
  drivenPorts,
  outputPorts,
  risingClocks,
  stimulusValue,
  type Recording,
  type StimulusColumns,
} from './verilator.js';

/** Runs recorded stimulus through Icarus. Ports without a column are 0. @throws SimError bad-stimulus, ToolError */
export async function runIcarus(
  source: VerilogSource,
  cycles: number,
  stimulus: StimulusColumns,
  options: RunOptions = {},
): Promise<Recording> {
  const inputs = drivenPorts(source);
  const outputs = outputPorts(source);
  const build = await buildIcarus(source, 'icarus_cosim.v', cosimHeader(source, inputs, outputs), options);
  const vvp = await findTool('vvp', options.tools);
  return inTemporaryFolder(source, build, async (folder) => {
    writeFileSync(join(folder, 'stimulus.hex'), packStimulus(source, cycles, stimulus));
    const { stdout } = await runTool(vvp, {
      args: ['-n', join(build, 'sim.vvp'), ...waveArgs(options)],
      cwd: folder,
      ...limits(options),
    });
    const lines = readFileSync(join(folder, 'results.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return unpack(lines, outputs, lines.length < cycles ? stdout.trim() : undefined);
  });
}

const waveArgs = ({ waves }: RunOptions): readonly string[] =>
  waves === undefined ? [] : [`+waves=${resolve(waves.file)}`, `+from=${waves.from}`, `+to=${waves.to}`];

/** The ports of one direction packed into one vector from bit `offset`, the first port lowest; and the bits in all. */
export function packedConnections(
  ports: readonly HarnessPort[],
  vector: string,
  offset = 0,
): { text: string[]; bits: number } {
  let bits = offset;
  const text = ports.map(({ name, type }) => {
    const low = bits;
    bits += type.width;
    return `.${escaped(name)}(${vector}[${bits - 1}:${low}])`;
  });
  return { text, bits: bits - offset };
}

/** Any name can be written as an escaped identifier, which ends with a space. */
export const escaped = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\\${name} `;

function cosimHeader(
  source: VerilogSource,
  inputs: readonly HarnessPort[],
  outputs: readonly HarnessPort[],
): string {
  const clocks = clocksOf(source);
  const ins = packedConnections(inputs, 'in', clockBits(source));
  const outs = packedConnections(outputs, 'out');
  const clock = clocks.map((name, i) => `.${escaped(name)}(clocks[${i}])`);
  return [
    `\`define NOMUL_CLOCKS ${clockBits(source)}`,
    `\`define NOMUL_INPUT_BITS ${clockBits(source) + ins.bits}`,
    `\`define NOMUL_OUTPUT_BITS ${Math.max(1, outs.bits)}`,
    `\`define NOMUL_DUT ${escaped(source.top)} dut (${[...clock, ...ins.text, ...outs.text].join(', ')});`,
    '',
  ].join('\n');
}

/** Bits that say which clocks rise; a design without a clock has one too, which nothing reads. */
const clockBits = (source: VerilogSource): number => Math.max(1, clocksOf(source).length);

function packStimulus(source: VerilogSource, cycles: number, stimulus: StimulusColumns): string {
  const inputs = drivenPorts(source);
  const lines: string[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    let word = BigInt(risingClocks(source, stimulus, cycle));
    let offset = BigInt(clockBits(source));
    for (const { name, type } of inputs) {
      word |= BigInt.asUintN(type.width, BigInt(stimulusValue(stimulus, name, cycle))) << offset;
      offset += BigInt(type.width);
    }
    lines.push(word.toString(16));
  }
  return `${lines.join('\n')}\n`;
}

function unpack(
  lines: readonly string[],
  outputs: readonly HarnessPort[],
  message: string | undefined,
): Recording {
  const values: Record<string, bigint[]> = {};
  const unknown: Record<string, bigint[]> = {};
  for (const { name } of outputs) {
    values[name] = [];
    unknown[name] = [];
  }
  for (const line of lines) {
    let end = line.length;
    for (const { name, type } of outputs) {
      const { value, mask } = bitsOf(line.slice(end - type.width, end), type.signed);
      values[name]?.push(value);
      unknown[name]?.push(mask);
      end -= type.width;
    }
  }
  return { cycles: lines.length, values, unknown, message };
}

/** A binary number with x and z; those bits are 0 in `value` and 1 in `mask`. */
export function bitsOf(text: string, signed: boolean): { value: bigint; mask: bigint } {
  const mask = /[xzXZ]/.test(text)
    ? BigInt(`0b${text.replaceAll(/[^xzXZ]/g, '0').replaceAll(/[xzXZ]/g, '1')}`)
    : 0n;
  const pattern = BigInt(`0b${text.replaceAll(/[xzXZ]/g, '0')}`);
  return { value: signed ? BigInt.asIntN(text.length, pattern) : pattern, mask };
}
