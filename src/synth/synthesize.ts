import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import {
  cachedStage,
  cacheFolder,
  contentHash,
  findTool,
  makeFolder,
  runTool,
  toolVersion,
  type FindOptions,
  type ToolVersion,
} from '../tools/index.js';
import { parseJson, readCellCounts, type CellCounts } from './cell-counts.js';
import type { Device } from './devices.js';
import { ramTemplate, synthIce40 } from './ice40-ram.js';

/** A text file as a build holds it before it is written: `name` may contain folders and is relative to the build. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Flags of the mapping; each default is Yosys' own unless it says otherwise. */
export interface SynthOptions {
  /**
   * Multiplications into DSP blocks. Default: true for devices that have some, but false where the Verilog instantiates
   * SB_MAC16 itself: `synth_ice40 -dsp` takes such cells for multipliers of its own and drops their accumulators.
   */
  readonly dsp?: boolean;
  /** Memories into block RAM. Default true. */
  readonly blockRam?: boolean;
  /** Timing-driven mapping with ABC9. Default true. */
  readonly abc9?: boolean;
  /** ECP5: no PFUMX/L6MUX21 wide multiplexers; often smaller for shifters. Default false. */
  readonly noWideLut?: boolean;
  /** ECP5: small memories as block RAM or registers, not as distributed RAM with its read multiplexers. Default false. */
  readonly noLutRam?: boolean;
  /** Register retiming through ABC (iCE40 and ECP5 without ABC9). Default false. */
  readonly retime?: boolean;
  /** Booth recoding of multiplications that stay in LUTs. Default false. */
  readonly booth?: boolean;
  /**
   * Modules that are mapped by themselves and flattened afterwards. Multipliers belong here: `synth_ice40 -dsp` has
   * been seen to merge chained signed multiply-adds wrongly. Names that do not exist in the design are an error.
   */
  readonly keepHierarchy?: readonly string[];
}

export interface SynthRequest {
  readonly verilogFiles: readonly SourceFile[];
  /** Memory images that the Verilog reads with `$readmemh`, by the names it uses. */
  readonly hexFiles?: readonly SourceFile[];
  readonly top: string;
  readonly device: Device;
  readonly options?: SynthOptions;
  /** Where tools are looked for. */
  readonly tools?: FindOptions;
  /** Wall-clock limit, default one hour. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Cache root, default NOMUL_CACHE or `.cache`. */
  readonly cache?: string;
}

export interface SynthResult {
  /** Mapped netlist for place and route. */
  readonly netlistJson: string;
  /** The same netlist as Verilog, for simulation together with `netlistSimulationFiles(device)`. */
  readonly netlistVerilog: string;
  readonly counts: CellCounts;
  readonly log: string;
  readonly tool: ToolVersion;
  /** Wall-clock seconds of the tool, also when the result came from the cache. */
  readonly seconds: number;
  readonly fromCache: boolean;
}

/** Increase when the script or the form of the stored files changes. */
const STAGE_VERSION = '1';
const DEFAULT_LIMIT_MS = 60 * 60 * 1000;
const secondsFile = z.object({ seconds: z.number() });

/**
 * Maps Verilog to the device's cells with Yosys, in a folder of the cache that is reused while inputs, flags and tool
 * version stay the same. Throws the errors of src/tools, and `UnreadableReport`.
 */
export async function synthesize(request: SynthRequest): Promise<SynthResult> {
  const { device, top, verilogFiles, hexFiles = [] } = request;
  const tool = await findTool('yosys', { ...request.tools, ...optionalSignal(request.signal) });
  const script = synthScript(request);
  const files = [...verilogFiles, ...hexFiles, ...templatesOf(device, request.options)];
  const key = contentHash({
    stage: STAGE_VERSION,
    tool: `${tool.origin} ${tool.version}`,
    script,
    ...Object.fromEntries(files.map(({ name, text }) => [`file ${name}`, text])),
  });
  const cache = request.cache ?? cacheFolder();
  const failureLog = join(cache, 'logs', `synth-${top}-${device.name}.log`);
  const { folder, fromCache } = await cachedStage({ stage: 'synth', key, cache }, async (work) => {
    for (const { name, text } of files) writeInto(work, name, text);
    writeInto(work, 'synth.ys', script);
    makeFolder(dirname(failureLog));
    const run = await runTool(tool, {
      args: ['-s', 'synth.ys'],
      cwd: work,
      timeoutMs: request.timeoutMs ?? DEFAULT_LIMIT_MS,
      logFile: failureLog,
      ...optionalSignal(request.signal),
    });
    copyFileSync(failureLog, join(work, 'synth.log'));
    writeInto(work, 'seconds.json', JSON.stringify({ seconds: run.seconds }));
    // Fails here, before the folder counts as a result, when the tool wrote something unusable.
    readCellCounts(join(work, 'stat.json'), join(work, 'netlist.json'), top, device.family);
  });
  return {
    netlistJson: join(folder, 'netlist.json'),
    netlistVerilog: join(folder, 'netlist.v'),
    counts: readCellCounts(join(folder, 'stat.json'), join(folder, 'netlist.json'), top, device.family),
    log: join(folder, 'synth.log'),
    tool: toolVersion(tool),
    seconds: parseJson(join(folder, 'seconds.json'), secondsFile).seconds,
    fromCache,
  };
}

/** What the script reads beside the design's files. */
export function templatesOf(device: Device, options: SynthOptions = {}): readonly SourceFile[] {
  return mapsRam(device, options) ? [ramTemplate] : [];
}

/** The Yosys script of a request: read, map, flatten what was kept apart, write; in a folder that holds the files. */
export function synthScript({
  device,
  top,
  verilogFiles,
  options = {},
}: Pick<SynthRequest, 'device' | 'top' | 'verilogFiles' | 'options'>): string {
  const kept = options.keepHierarchy ?? [];
  const flags = synthFlags(device, top, { dsp: inferDsp(device, verilogFiles), ...options });
  return [
    ...verilogFiles.map(({ name }) => `read_verilog "${name}"`),
    // Without -check: vendor cells get their definitions from the mapping command, which checks.
    `hierarchy -top ${top}`,
    ...kept.flatMap((name) => [`select -assert-min 1 ${name}`, `setattr -mod -set keep_hierarchy 1 ${name}`]),
    ...(options.booth === true ? ['proc', 'opt_clean', 'booth'] : []),
    ...(mapsRam(device, options) ? synthIce40(flags) : [`synth_${device.family} ${flags}`]),
    ...kept.map((name) => `setattr -mod -unset keep_hierarchy ${name}`),
    ...(kept.length > 0 ? ['flatten', 'opt_clean'] : []),
    'check -assert',
    'tee -q -o stat.json stat -json',
    'write_json netlist.json',
    'write_verilog -noattr netlist.v',
    '',
  ].join('\n');
}

function mapsRam({ family }: Device, { blockRam }: SynthOptions): boolean {
  return family === 'ice40' && blockRam !== false;
}

function inferDsp(device: Device, verilogFiles: readonly SourceFile[]): boolean {
  return device.dsps > 0 && !verilogFiles.some(({ text }) => /^\s*SB_MAC16\b/m.test(text));
}

function synthFlags(device: Device, top: string, options: SynthOptions): string {
  const dsp = options.dsp === true;
  const flags =
    device.family === 'ice40'
      ? [`-device ${device.synthDevice}`, dsp ? '-dsp' : '', options.abc9 === false ? '-noabc9' : '']
      : [
          dsp ? '' : '-nodsp',
          options.abc9 === false ? '-noabc9' : '',
          options.noWideLut === true ? '-nowidelut' : '',
          options.noLutRam === true ? '-nolutram' : '',
        ];
  const common = [options.blockRam === false ? '-nobram' : '', options.retime === true ? '-retime' : ''];
  return [...flags, ...common, `-top ${top}`].filter((flag) => flag !== '').join(' ');
}

function writeInto(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function optionalSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
