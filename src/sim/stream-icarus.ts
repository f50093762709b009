/** The stream bench in Icarus: for emitted Verilog and for mapped netlists with their cell models. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTool, runTool } from '../tools/index.js';
import { SimError } from './errors.js';
import {
  buildIcarus,
  clocksOf,
  inTemporaryFolder,
  limits,
  resetsOf,
  type HarnessPort,
  type RunOptions,
  type VerilogSource,
} from './harness.js';
import { bitsOf, escaped, packedConnections } from './icarus.js';
import { constantInputs, portType } from './stream-verilator.js';
import {
  prepareBench,
  type OutputBeat,
  type PreparedBench,
  type StreamBench,
  type StreamResult,
} from './streams.js';

/**
 * Runs a stream bench in Icarus. Inputs that the bench does not name are 0.
 * @throws SimError unknown-name, bad-stimulus, mismatch (an unknown bit on a handshake or in a payload), assertion; ToolError
 */
export async function runIcarusStreams(
  source: VerilogSource,
  bench: StreamBench,
  options: RunOptions = {},
): Promise<StreamResult> {
  const prepared = prepareBench(bench);
  const build = await buildIcarus(source, 'icarus_streams.v', streamHeader(source, prepared), options);
  const vvp = await findTool('vvp', options.tools);
  return inTemporaryFolder(source, build, async (folder) => {
    writeFileSync(join(folder, 'beats.hex'), packBeats(source, prepared));
    const { stdout } = await runTool(vvp, {
      args: ['-n', join(build, 'sim.vvp')],
      cwd: folder,
      ...limits(options),
    });
    return unpackResult(source, bench, readFileSync(join(folder, 'results.txt'), 'utf8'), stdout);
  });
}

function streamHeader(source: VerilogSource, prepared: PreparedBench): string {
  const { bench, seed, gapThreshold, stallThreshold, resetCycles, maxCycles, extraCycles } = prepared;
  const { input, output } = bench;
  const named = (names: readonly string[]): HarnessPort[] =>
    names.map((name) => ({ name, direction: 'in', type: portType(source, name) }));
  const ins = packedConnections(named(input.payload), 'beat', 1);
  const outs = packedConnections(named(output.payload), 'out_payload');
  const connect = (port: string | undefined, net: string): string[] =>
    port === undefined ? [] : [`.${escaped(port)}(${net})`];
  const constants = constantInputs(source, bench).map(([name, value]) => {
    const { width } = portType(source, name);
    return `.${escaped(name)}(${width}'d${BigInt.asUintN(width, BigInt(value))})`;
  });
  const connections = [
    ...clocksOf(source).flatMap((name) => connect(name, 'clk')),
    ...resetsOf(source).flatMap((name) => connect(name, 'rst')),
    ...connect(input.valid, 'in_valid'),
    ...connect(input.ready, 'in_ready'),
    ...connect(input.last, 'beat[0]'),
    ...connect(output.valid, 'out_valid'),
    ...connect(output.ready, 'out_ready'),
    ...connect(output.last, 'out_last'),
    ...ins.text,
    ...outs.text,
    ...constants,
  ];
  const macros: Record<string, string | number> = {
    IN_BITS: ins.bits,
    OUT_BITS: outs.bits,
    SEED: `32'd${seed}`,
    GAPS: gapThreshold,
    STALLS: stallThreshold,
    RESET_CYCLES: resetCycles,
    MAX_CYCLES: maxCycles,
    WANTED: bench.outputBeats,
    EXTRA_CYCLES: extraCycles,
    DUT: `${escaped(source.top)} dut (${connections.join(', ')});${output.last === undefined ? " assign out_last = 1'b0;" : ''}`,
  };
  return Object.entries(macros)
    .map(([name, value]) => `\`define NOMUL_${name} ${value}\n`)
    .join('');
}

function packBeats(source: VerilogSource, { bench, beatCount }: PreparedBench): string {
  const { input, values, isLast = () => false } = bench;
  const widths = input.payload.map((name) => portType(source, name).width);
  const lines: string[] = [];
  for (let beat = 0; beat < beatCount; beat++) {
    let word = isLast(beat) ? 1n : 0n;
    let offset = 1n;
    widths.forEach((width, i) => {
      word |= BigInt.asUintN(width, BigInt(values[i]?.[beat] ?? 0)) << offset;
      offset += BigInt(width);
    });
    lines.push(word.toString(16));
  }
  return lines.join('\n');
}

function unpackResult(
  source: VerilogSource,
  { output }: StreamBench,
  text: string,
  printed: string,
): StreamResult {
  const types = output.payload.map((name) => portType(source, name));
  const beats: OutputBeat[] = [];
  const inputCycles: number[] = [];
  let cycles: number | undefined;
  for (const line of text.split('\n')) {
    const [kind, cycleText = '0', ...rest] = line.split(' ');
    const cycle = Number(cycleText);
    if (kind === 'i') inputCycles.push(cycle);
    else if (kind === 'c') cycles = cycle;
    else if (kind === 'x')
      throw new SimError('mismatch', `${rest.join(' ')} of ${source.top} is unknown (x) in cycle ${cycle}`);
    else if (kind === 'o') beats.push(outputBeat(source, types, cycle, rest));
  }
  if (cycles === undefined)
    throw new SimError('assertion', `${source.top} ended the simulation early: ${printed.trim()}`);
  return { cycles, inputCycles, beats };
}

function outputBeat(
  source: VerilogSource,
  types: readonly { readonly width: number; readonly signed: boolean }[],
  cycle: number,
  [last = '0', payload = '']: readonly string[],
): OutputBeat {
  let end = payload.length;
  const values = types.map(({ width, signed }) => {
    const { value, mask } = bitsOf(payload.slice(end - width, end), signed);
    if (mask !== 0n)
      throw new SimError(
        'mismatch',
        `the output payload of ${source.top} has unknown bits (x) in cycle ${cycle}: ${payload}`,
      );
    end -= width;
    return value;
  });
  return { cycle, last: last === '1', values };
}
