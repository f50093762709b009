/** The stream bench in Verilator. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess, tailOf, ToolCrashed } from '../tools/index.js';
import type { ScalarType } from '../hdl/index.js';
import { SimError } from './errors.js';
import {
  buildVerilator,
  clockMacros,
  inTemporaryFolder,
  limits,
  listMacro,
  memberName,
  type RunOptions,
  type VerilogSource,
} from './harness.js';
import {
  prepareBench,
  type OutputBeat,
  type PreparedBench,
  type StreamBench,
  type StreamResult,
} from './streams.js';
import { getWords, putWords, wordsOf } from './words.js';

/** The type of a port. @throws SimError unknown-name */
export function portType({ ports, top }: VerilogSource, name: string): ScalarType {
  const port = ports.find((candidate) => candidate.name === name);
  if (port === undefined)
    throw new SimError(
      'unknown-name',
      `${top} has no port ${name}; it has ${ports.map((known) => known.name).join(', ')}`,
    );
  return port.type;
}

/** Other inputs than those of the streams, each with the value it keeps. */
export function constantInputs(
  { ports }: VerilogSource,
  { input, output, constants = {} }: StreamBench,
): (readonly [string, number])[] {
  const driven = new Set([...input.payload, input.valid, input.last, output.ready]);
  return ports.flatMap(({ name, direction }) =>
    direction === 'in' && !driven.has(name) ? [[name, constants[name] ?? 0] as const] : [],
  );
}

/**
 * Runs a stream bench in Verilator. Inputs that the bench does not name are 0.
 * @throws SimError unknown-name, bad-stimulus, assertion (the design ended the simulation); ToolError
 */
export async function runVerilatorStreams(
  source: VerilogSource,
  bench: StreamBench,
  options: RunOptions = {},
): Promise<StreamResult> {
  const prepared = prepareBench(bench);
  const build = await buildVerilator(source, 'verilator_streams.cpp', streamHeader(source, bench), options);
  return inTemporaryFolder(source, build, async (folder) => {
    writeFileSync(join(folder, 'beats.bin'), packBeats(source, prepared));
    const { gapThreshold, stallThreshold, seed, resetCycles, maxCycles, extraCycles } = prepared;
    const numbers = [
      gapThreshold,
      stallThreshold,
      seed,
      resetCycles,
      bench.outputBeats,
      maxCycles,
      extraCycles,
    ];
    const result = await runProcess({
      command: join(build, 'obj', 'Vdut'),
      args: ['beats.bin', 'results.bin', ...numbers.map(String)],
      cwd: folder,
      label: 'Verilator simulation',
      ...limits(options),
    });
    if (result.exitCode !== 0) {
      throw new ToolCrashed(
        'verilator',
        `the simulation ended with ${result.signal ?? String(result.exitCode)}`,
        tailOf(result),
      );
    }
    return unpackResult(source, bench, readFileSync(join(folder, 'results.bin')), result.stdout);
  });
}

function streamHeader(source: VerilogSource, bench: StreamBench): string {
  const { input, output } = bench;
  const list = (names: readonly string[]): (readonly [string, number])[] =>
    names.map((name) => [name, portType(source, name).width]);
  const wide = (name: string): string => memberName(name);
  const constants = constantInputs(source, bench)
    .filter(([name]) => portType(source, name).width <= 64)
    .map(([name, value]) => `X(${wide(name)}, ${value})`);
  return [
    ...clockMacros(source),
    listMacro('NOMUL_IN_PAYLOAD', list(input.payload)),
    listMacro('NOMUL_OUT_PAYLOAD', list(output.payload)),
    `#define NOMUL_IN_WORDS ${payloadWords(source, input.payload)}`,
    `#define NOMUL_IN_VALID ${wide(input.valid)}`,
    `#define NOMUL_IN_READY ${wide(input.ready)}`,
    `#define NOMUL_OUT_VALID ${wide(output.valid)}`,
    `#define NOMUL_OUT_READY ${wide(output.ready)}`,
    `#define NOMUL_IN_LAST(dut, value) ${input.last === undefined ? '' : `(dut)->${wide(input.last)} = (value);`}`,
    `#define NOMUL_OUT_LAST(dut) ${output.last === undefined ? '0' : `((dut)->${wide(output.last)})`}`,
    `#define NOMUL_CONSTANTS(X) ${constants.join(' ')}`,
    '',
  ].join('\n');
}

const payloadWords = (source: VerilogSource, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + wordsOf(portType(source, name).width), 0);

function packBeats(source: VerilogSource, { bench, beatCount }: PreparedBench): Uint8Array {
  const { input, values, isLast = () => false } = bench;
  const words = new Uint32Array(beatCount * (1 + payloadWords(source, input.payload)));
  const widths = input.payload.map((name) => portType(source, name).width);
  let at = 0;
  for (let beat = 0; beat < beatCount; beat++) {
    words[at++] = isLast(beat) ? 1 : 0;
    widths.forEach((width, i) => {
      at = putWords(words, at, values[i]?.[beat] ?? 0, width);
    });
  }
  return new Uint8Array(words.buffer);
}

function unpackResult(
  source: VerilogSource,
  { output }: StreamBench,
  bytes: Uint8Array,
  printed: string,
): StreamResult {
  const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const [cycles = 0, finished = 0, taken = 0] = words;
  if (finished !== 0)
    throw new SimError(
      'assertion',
      `${source.top} ended the simulation in cycle ${cycles}: ${printed.trim()}`,
    );
  const types = output.payload.map((name) => portType(source, name));
  const beats: OutputBeat[] = [];
  for (let at = 3 + taken; at < words.length;) {
    const [cycle = 0, last = 0] = words.subarray(at, at + 2);
    at += 2;
    const values = types.map((type) => {
      const value = getWords(words, at, type);
      at += wordsOf(type.width);
      return value;
    });
    beats.push({ cycle, last: last === 1, values });
  }
  return { cycles, inputCycles: [...words.subarray(3, 3 + taken)], beats };
}
