import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import {
  cachedStage,
  cacheFolder,
  contentHash,
  findTool,
  makeFolder,
  runTool,
  ToolCrashed,
  toolVersion,
  type FindOptions,
  type FoundTool,
  type ToolVersion,
} from '../tools/index.js';
import { checkFits, parseJson, throwIfShort } from './cell-counts.js';
import type { Device } from './devices.js';
import { BadConstraints, NoLegalPlacement, type Shortage } from './errors.js';
import { optionalSignal, type SynthResult } from './synthesize.js';
import { readTiming, type Timing } from './timing.js';

export interface PlaceAndRouteRequest {
  readonly synth: Pick<SynthResult, 'netlistJson' | 'counts'>;
  readonly device: Device;
  /** The clock constraint given to nextpnr, for every clock. */
  readonly clockMHz: number;
  /** Seed of placement, default 1; equal inputs and seeds give equal bitstreams. */
  readonly seed?: number;
  /** PCF (iCE40) or LPF (ECP5); without one, and for ports it does not name, nextpnr chooses pins. */
  readonly constraintsFile?: string;
  /** Further arguments to nextpnr. */
  readonly nextpnrArgs?: readonly string[];
  readonly tools?: FindOptions;
  /** Wall-clock limit, default two hours. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly cache?: string;
  /** Also writes where every cell stands (`placement`); part of the key of the cache. Default false. */
  readonly keepPlacement?: boolean;
}

export interface PlaceAndRouteResult extends Timing {
  /** The routed design as text: .asc (iCE40) or .config (ECP5). */
  readonly configuration: string;
  /** `design.bin` or `design.bit`; `design.timing-failed.bin` or `.bit` when the clock constraint was missed. */
  readonly bitstream: string;
  /** With `keepPlacement`: the placed netlist, for `readFloorplan`. */
  readonly placement?: string;
  readonly log: string;
  readonly tools: readonly ToolVersion[];
  /** Wall-clock seconds of the tools, also when the result came from the cache. */
  readonly seconds: number;
  readonly fromCache: boolean;
}

const STAGE_VERSION = '1';
const DEFAULT_LIMIT_MS = 2 * 60 * 60 * 1000;
const PACK_LIMIT_MS = 10 * 60 * 1000;
const secondsFile = z.object({ seconds: z.number() });

/** The file names, arguments and tools that differ between the families. */
function familyFiles(device: Device): {
  readonly nextpnr: 'nextpnr-ice40' | 'nextpnr-ecp5';
  readonly packer: 'icepack' | 'ecppack';
  readonly configuration: string;
  readonly configurationFlag: string;
  readonly constraintsFlag: string;
  readonly packArgs: readonly string[];
  readonly bitstreamEnding: string;
} {
  return device.family === 'ice40'
    ? {
        nextpnr: 'nextpnr-ice40',
        packer: 'icepack',
        configuration: 'design.asc',
        configurationFlag: '--asc',
        constraintsFlag: '--pcf',
        packArgs: [],
        bitstreamEnding: 'bin',
      }
    : {
        nextpnr: 'nextpnr-ecp5',
        packer: 'ecppack',
        configuration: 'design.config',
        configurationFlag: '--textcfg',
        constraintsFlag: '--lpf',
        packArgs: ['--compress'],
        bitstreamEnding: 'bit',
      };
}

/**
 * Places and routes a mapped netlist and writes the bitstream. A missed clock is a result (`timingMet: false`), not an
 * error. Throws `DoesNotFit`, `NoLegalPlacement`, `BadConstraints`, `UnreadableReport` and the errors of src/tools.
 */
export async function placeAndRoute(request: PlaceAndRouteRequest): Promise<PlaceAndRouteResult> {
  const { device, synth } = request;
  checkFits(synth.counts, device);
  const files = familyFiles(device);
  const search = { ...request.tools, ...optionalSignal(request.signal) };
  const nextpnr = await findTool(files.nextpnr, search);
  const packer = await findTool(files.packer, search);
  const constraints = readConstraints(request.constraintsFile);
  const args = nextpnrArgs(request, constraints !== undefined);
  const netlist = readFileSync(synth.netlistJson, 'utf8');
  const key = contentHash({
    stage: STAGE_VERSION,
    tools: [nextpnr, packer].map(({ origin, version }) => `${origin} ${version}`).join(),
    args: JSON.stringify(args),
    netlist,
    constraints: constraints ?? '',
  });
  const cache = request.cache ?? cacheFolder();
  const failureLog = join(cache, 'logs', `place-and-route-${device.name}.log`);
  const { folder, fromCache } = await cachedStage({ stage: 'place-and-route', key, cache }, async (work) => {
    writeFileSync(join(work, 'netlist.json'), netlist);
    if (constraints !== undefined) writeFileSync(join(work, CONSTRAINTS), constraints);
    makeFolder(dirname(failureLog));
    const routing = await runNextpnr(nextpnr, args, work, failureLog, request);
    readTiming(join(work, 'report.json'));
    const packing = await runTool(packer, {
      args: [...files.packArgs, files.configuration, `design.${files.bitstreamEnding}`],
      cwd: work,
      timeoutMs: PACK_LIMIT_MS,
      ...optionalSignal(request.signal),
    });
    copyFileSync(failureLog, join(work, 'nextpnr.log'));
    writeFileSync(join(work, 'seconds.json'), JSON.stringify({ seconds: routing + packing.seconds }));
    markBitstream(work, files.bitstreamEnding);
  });
  return {
    ...readTiming(join(folder, 'report.json')),
    configuration: join(folder, files.configuration),
    bitstream: findBitstream(folder, files.bitstreamEnding),
    ...(request.keepPlacement === true ? { placement: join(folder, PLACEMENT) } : {}),
    log: join(folder, 'nextpnr.log'),
    tools: [toolVersion(nextpnr), toolVersion(packer)],
    seconds: parseJson(join(folder, 'seconds.json'), secondsFile).seconds,
    fromCache,
  };
}

const CONSTRAINTS = 'constraints.txt';
const PLACEMENT = 'placed.json';

function nextpnrArgs(request: PlaceAndRouteRequest, isConstrained: boolean): readonly string[] {
  const { device, clockMHz, seed = 1 } = request;
  const files = familyFiles(device);
  return [
    `--${device.nextpnrSwitch}`,
    ...['--package', device.packageName],
    ...['--json', 'netlist.json'],
    ...[files.configurationFlag, files.configuration],
    ...['--report', 'report.json'],
    ...['--freq', String(clockMHz)],
    ...['--seed', String(seed)],
    '--timing-allow-fail',
    ...(isConstrained
      ? [files.constraintsFlag, CONSTRAINTS, `${files.constraintsFlag}-allow-unconstrained`]
      : []),
    ...(request.keepPlacement === true ? ['--write', PLACEMENT] : []),
    ...(request.nextpnrArgs ?? []),
  ];
}

function readConstraints(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BadConstraints(file, error instanceof Error ? error.message : String(error));
  }
}

/** Runs nextpnr and says what is behind a failure where the log shows it. Returns seconds. */
async function runNextpnr(
  nextpnr: FoundTool,
  args: readonly string[],
  work: string,
  logFile: string,
  request: PlaceAndRouteRequest,
): Promise<number> {
  try {
    const timeoutMs = request.timeoutMs ?? DEFAULT_LIMIT_MS;
    const run = await runTool(nextpnr, {
      args,
      cwd: work,
      timeoutMs,
      logFile,
      ...optionalSignal(request.signal),
    });
    return run.seconds;
  } catch (error) {
    if (!(error instanceof ToolCrashed)) throw error;
    throwIfUnplaceable(request, readFileSync(logFile, 'utf8'));
    if (
      request.constraintsFile !== undefined &&
      /pcf|lpf|constrain|on line \d+|does not have a pin/i.test(error.logTail)
    ) {
      throw new BadConstraints(basename(request.constraintsFile), error.logTail);
    }
    throw error;
  }
}

/** There is no JSON report of a failed run, so these two messages, and no result, come from the log. */
function throwIfUnplaceable({ device, seed = 1 }: PlaceAndRouteRequest, log: string): void {
  const uses = usesInLog(log);
  throwIfShort(
    device,
    uses.filter(({ needed, available }) => needed > available),
  );
  const [isStuck, cell] =
    /^ERROR: Unable to find legal placement for (?:cell '([^']+)'|all cells)/m.exec(log) ?? [];
  if (isStuck !== undefined) throw new NoLegalPlacement(device.name, seed, cell, uses);
}

/** What nextpnr counted before it began to place: `ICESTORM_LC: 9531/ 7680 124%`. */
function usesInLog(log: string): readonly Shortage[] {
  return [...log.matchAll(/^Info:\s+(\w+):\s+(\d+)\/\s*(\d+)\s+\d+%/gm)].map(([, type, used, of]) => ({
    resource: resourceWord(type ?? ''),
    needed: Number(used),
    available: Number(of),
  }));
}

function resourceWord(type: string): string {
  const words: Readonly<Record<string, string>> = {
    ICESTORM_LC: 'logic cells',
    ICESTORM_RAM: 'block RAMs',
    ICESTORM_DSP: 'DSPs',
    ICESTORM_SPRAM: 'SPRAMs',
    SB_IO: 'pins',
    TRELLIS_COMB: 'LUTs',
    TRELLIS_FF: 'registers',
    TRELLIS_IO: 'pins',
    DP16KD: 'block RAMs',
    MULT18X18D: 'DSPs',
  };
  return words[type] ?? type;
}

/** The bitstream of a design that misses its clock keeps a name that says so. */
function markBitstream(work: string, ending: string): void {
  const { timingMet } = readTiming(join(work, 'report.json'));
  if (!timingMet) renameSync(join(work, `design.${ending}`), join(work, `design.timing-failed.${ending}`));
}

function findBitstream(folder: string, ending: string): string {
  const failed = join(folder, `design.timing-failed.${ending}`);
  return existsSync(failed) ? failed : join(folder, `design.${ending}`);
}
