/** Builds and runs both sides: the hand-written Verilog in Verilator, and our simulator, each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const baselineFolder = join('..', 'shared', 'bench', 'simulators');
const cache = join('.cache', 'bench-simulate');
const compiled = join(cache, 'js');

export interface Measured {
  /** Checksum after 10,000 cycles, and at the end. */
  readonly early: number;
  readonly checksum: number;
  /** CPU seconds of the timed cycles. */
  readonly seconds: number;
  readonly peakKiB: number;
  /** Ours: CPU seconds from process start to the compiled simulation. */
  readonly ready?: number;
}

const isMeasured = (value: unknown): value is Measured =>
  typeof value === 'object' &&
  value !== null &&
  'checksum' in value &&
  'seconds' in value &&
  'peakKiB' in value;

const parse = (text: string): Measured => {
  const value: unknown = JSON.parse(text);
  if (!isMeasured(value)) throw new TypeError(`no measurement: ${text}`);
  return value;
};

export interface Baseline {
  readonly program: string;
  /** CPU seconds of Verilator and the C++ compiler, when it was built. */
  readonly buildSeconds: number;
}

/** The Verilog of one design of the notes: size, weights, and what is on top. */
export const baselineVerilog = async (name: string): Promise<string> => {
  const module: unknown = await import(pathToFileURL(resolve(baselineFolder, 'verilog.mjs')).href);
  const call = (key: string, ...args: readonly unknown[]): string => {
    const found: unknown =
      typeof module === 'object' && module !== null ? Reflect.get(module, key) : undefined;
    if (typeof found !== 'function') throw new TypeError(`verilog.mjs has no ${key}`);
    return String(Reflect.apply(found, undefined, args));
  };
  if (name === 'C') return call('treeV');
  if (name === 'D') return call('linebufV');
  return call('macV', Number(name.slice(1)), { ternary: name.startsWith('B') });
};

/** Verilator -O3 with OPT_FAST=-O3, cached by the hash of the Verilog, the driver and the flags. */
export const buildBaseline = (verilog: string, top: string, driver: string): Baseline => {
  const main = readFileSync(join('bench', 'simulate', driver), 'utf8');
  const flags = `--cc --exe --build -O3 --x-assign fast --x-initial fast --noassert -Wno-fatal -Wno-lint -Wno-style`;
  const command = `verilator ${flags} --top-module ${top} --Mdir obj -MAKEFLAGS OPT_FAST=-O3 design.v main.cpp`;
  const hash = createHash('sha256').update([command, main, verilog].join('\0')).digest('hex').slice(0, 24);
  const folder = join(cache, hash);
  const stated = join(folder, 'build-seconds');
  if (!existsSync(stated)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'design.v'), verilog);
    copyFileSync(join('bench', 'simulate', driver), join(folder, 'main.cpp'));
    const output = execFileSync(
      'bash',
      ['-c', `${command} >build.log 2>&1 || { tail -20 build.log >&2; exit 1; }; times`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    writeFileSync(`${stated}.part`, String(childSeconds(output)));
    renameSync(`${stated}.part`, stated);
  }
  return {
    program: resolve(folder, 'obj', `V${top}`),
    buildSeconds: Number(readFileSync(stated, 'utf8')),
  };
};

/** The second line of bash's `times`: user and system time of its children. */
const childSeconds = (output: string): number =>
  [...(output.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes = '0', seconds = '0']) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );

export const runBaseline = ({ program }: Baseline, cycles: number): Measured =>
  parse(execFileSync(program, [String(cycles)], { encoding: 'utf8' }));

/** Compiles the bench and the sources to plain JavaScript, so that no transpiler runs in what is measured. */
export const compileOurs = (): void => {
  const flags = [
    '--noEmit',
    'false',
    '--noCheck',
    '--ignoreConfig',
    '--rootDir',
    '.',
    '--outDir',
    compiled,
    '--sourceMap',
    'false',
  ];
  const files = [
    '--target es2022',
    '--module nodenext',
    '--moduleResolution nodenext',
    '--types node',
  ].flatMap((flag) => flag.split(' '));
  execFileSync('npx', ['tsc', ...files, ...flags, join('bench', 'simulate', 'child.ts')], {
    stdio: 'inherit',
  });
  writeFileSync(join(compiled, 'package.json'), '{ "type": "module" }\n');
};

export const runOurs = (mode: 'steady' | 'first' | 'ports', name: string, cycles: number): Measured =>
  parse(
    execFileSync(
      process.execPath,
      [join(compiled, 'bench', 'simulate', 'child.js'), mode, name, String(cycles)],
      {
        encoding: 'utf8',
      },
    ),
  );
