/** Who is measured, and how: nomul in a fresh node process on compiled JavaScript, Amaranth and PyRTL through their twins. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchError, preparePython } from '../tools/python.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const work = join(root, '.cache', 'bench-elaborate');
const environment = join(work, 'venv');
const twins = join(root, '..', 'shared', 'bench', 'simulators', 'py_designs.py');

export const peerPackages = ['amaranth[builtin-yosys]==0.5.10', 'pyrtl==1.0.3'] as const;

/** CPU seconds for one array, from the description in memory's language to text, and what the text is. */
export interface Measurement {
  readonly contender: string;
  readonly size: number;
  readonly seconds: number;
  readonly bytes: number;
}

const run = (program: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd: root });
  if (status === 0) return stdout;
  throw new BenchError(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr.trim().slice(-500)}`);
};

/** Compiles the measured program, so that nothing but node runs it. @throws BenchError */
export const compile = (): void => {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', here]);
};

const compiled = join(work, 'js', 'bench', 'elaborate', 'nomul.js');
const once = z.object({ load: z.number(), elaborate: z.number(), emit: z.number(), bytes: z.number() });

/** Loading the language, elaborating, checking and emitting, in a fresh process. @throws BenchError */
export const measureNomul = (size: number): Measurement => {
  const { load, elaborate, emit, bytes } = once.parse(
    JSON.parse(run(process.execPath, [compiled, 'once', String(size)])),
  );
  return { contender: 'nomul', size, seconds: load + elaborate + emit, bytes };
};

/** Elaborating, checking and emitting in a process that has done it before, by size. @throws BenchError */
export const measureWarm = (sizes: readonly number[]): Readonly<Record<string, number>> =>
  z
    .record(z.string(), z.number())
    .parse(JSON.parse(run(process.execPath, [compiled, 'warm', ...sizes.map(String)])));

/** Makes the peers' environment once; says why there is none. */
export const preparePeers = (): string | undefined => {
  if (!existsSync(twins)) return `the peers' designs are not here: ${twins}`;
  try {
    preparePython(environment, peerPackages);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    return `the peers cannot be installed: ${error.message}`;
  }
  return undefined;
};

/** Both peers' times exclude starting Python and importing them. @throws BenchError */
export const measurePeers = (size: number): readonly Measurement[] => {
  const python = join(environment, 'bin', 'python');
  const pyrtl = numbers(run(python, [twins, 'emit-pyrtl', `A${size}`]));
  const amaranth = numbers(run(python, [twins, 'emit-amaranth', `A${size}`]));
  const verilog = amaranth('construct_s') + amaranth('verilog_total_s');
  const rtlil = amaranth('construct_s') + amaranth('rtlil_s');
  return [
    { contender: 'PyRTL', size, seconds: pyrtl('elab_s') + pyrtl('emit_s'), bytes: pyrtl('bytes') },
    { contender: 'Amaranth (RTLIL)', size, seconds: rtlil, bytes: amaranth('rtlil_bytes') },
    { contender: 'Amaranth (Verilog)', size, seconds: verilog, bytes: amaranth('verilog_bytes') },
  ];
};

/** Reads `name=number` out of a line. */
const numbers = (line: string): ((name: string) => number) => {
  const found = new Map(
    [...line.matchAll(/(\w+)=([\d.]+)/g)].map(([, name = '', value]) => [name, Number(value)]),
  );
  return (name) => {
    const value = found.get(name);
    if (value === undefined) throw new BenchError(`py_designs.py printed no ${name}: ${line.trim()}`);
    return value;
  };
};
