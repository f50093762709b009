/** Verilog to gates of a cell library, with Yosys and its ABC. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitVerilog, type Design } from '../../hdl/index.js';
import {
  cachedStage,
  cacheFolder,
  contentHash,
  findTool,
  makeFolder,
  runTool,
  toolVersion,
  type FindOptions,
  type FoundTool,
  type ToolVersion,
} from '../../tools/index.js';
import { parseJson } from '../cell-counts.js';
import { mappingLibrary, type Library } from '../liberty/index.js';
import { optionalSignal, type SourceFile } from '../synthesize.js';
import { areaOf, cellCounts, gateNetlist, yosysNetlist, type GateNetlist } from './netlist.js';

/** Verilog as text: what a Design is emitted to, or somebody else's. */
export interface VerilogText {
  readonly top: string;
  readonly files: readonly SourceFile[];
  /** Booth recoding of its multiplications. Default false. */
  readonly booth?: boolean;
}

export interface GateMappingOptions {
  readonly library: Library;
  /** Where tools are looked for. */
  readonly tools?: FindOptions;
  /** Wall-clock limit, default one hour. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Cache root, default NOMUL_CACHE or `.cache`. */
  readonly cache?: string;
}

export interface GateMapping {
  readonly netlist: GateNetlist;
  /** Sum over the cells, in um2. */
  readonly area: number;
  /** Number of cells by name. */
  readonly cells: Readonly<Record<string, number>>;
  readonly tool: ToolVersion;
  readonly fromCache: boolean;
}

/**
 * Maps to the smallest area that the script below finds; drive strengths are the smallest ones, nothing is sized for speed.
 * Cached. @throws UnmappedCell, the errors of src/tools
 */
export async function mapToGates(
  source: Design | VerilogText,
  options: GateMappingOptions,
): Promise<GateMapping> {
  const [mapping] = await mapAllToGates([source], options);
  if (mapping === undefined) throw new RangeError('one source gives one mapping');
  return mapping;
}

/** `mapToGates` of several sources; those that are not in the cache share one run of Yosys, whose start takes most of the time of a small one. */
export async function mapAllToGates(
  sources: readonly (Design | VerilogText)[],
  options: GateMappingOptions,
): Promise<readonly GateMapping[]> {
  const { library, cache = cacheFolder() } = options;
  const tool = await findTool('yosys', { ...options.tools, ...optionalSignal(options.signal) });
  const cells = mappingLibrary(library);
  const hasFlipFlops = [...library.cells.values()].some(({ kind }) => kind === 'flipFlop');
  const batch = new Batch(tool, cells, hasFlipFlops, cache, options);
  const results = sources.map(async (source) => {
    const verilog = 'kind' in source ? verilogOf(source) : source;
    const key = contentHash({
      script: scriptOf(verilog, '', hasFlipFlops),
      tool: `${tool.origin} ${tool.version}`,
      cells,
      ...Object.fromEntries(verilog.files.map(({ name, text }) => [`file ${name}`, text])),
    });
    const produce = (work: string): Promise<void> => batch.add(verilog, work);
    const { folder, fromCache } = await cachedStage({ stage: 'gates', key, cache }, produce);
    const json = parseJson(join(folder, NETLIST), yosysNetlist);
    const netlist = gateNetlist(json, verilog.top, library);
    const [area, counts] = [areaOf(netlist), cellCounts(netlist)];
    return { netlist, area, cells: counts, tool: toolVersion(tool), fromCache };
  });
  return Promise.all(results);
}

/** The files and the top module of a Design. */
export function verilogOf(design: Design): VerilogText {
  return { top: design.name, files: emitVerilog(design).files };
}

const NETLIST = 'netlist.json';
const DEFAULT_LIMIT_MS = 60 * 60 * 1000;

/**
 * Restructuring without a delay target, all structures it met as choices (dch), then `amap`, which covers for least
 * area. For 8x8 `a * b`
 * in sg13g2: 2732 um2 (2836 under other names) against 3320 um2 of Yosys' own script (docs/gates.md).
 */
const ABC_SCRIPT = ['strash', 'ifraig', 'scorr', 'dc2', 'dc2', 'dch', 'amap', 'topo'];

/** The Yosys commands for one source whose files are below `folder`. */
function scriptOf({ top, files, booth }: VerilogText, folder: string, hasFlipFlops: boolean): string {
  const isVerilog = ({ name }: SourceFile): boolean => /\.s?v$/.test(name);
  return [
    'design -reset',
    ...files.filter(isVerilog).map(({ name }) => `read_verilog ${folder}${name}`),
    `hierarchy -check -top ${top}`,
    ...(booth === true ? ['proc', 'opt_clean', 'booth'] : []),
    `synth -flatten -noabc -top ${top}`,
    // Flip-flops of a cell library have no power-up value.
    'setattr -unset init w:*',
    ...(hasFlipFlops ? ['dfflibmap -liberty cells.lib'] : []),
    `abc -liberty cells.lib -script +${ABC_SCRIPT.join(';')}`,
    'opt_clean -purge',
    `write_json ${folder}${NETLIST}`,
    '',
  ].join('\n');
}

/** Sources that are mapped by one run of Yosys, started when all have been added. */
class Batch {
  private readonly jobs: { readonly source: VerilogText; readonly work: string }[] = [];
  private started: Promise<void> | undefined;

  constructor(
    private readonly tool: FoundTool,
    private readonly cells: string,
    private readonly hasFlipFlops: boolean,
    private readonly cache: string,
    private readonly options: GateMappingOptions,
  ) {}

  /** Puts the netlist into the folder `work`. Sources that are added before the caller next waits are run together. */
  add(source: VerilogText, work: string): Promise<void> {
    this.jobs.push({ source, work });
    this.started ??= Promise.resolve().then(() => this.run());
    return this.started;
  }

  private async run(): Promise<void> {
    makeFolder(join(this.cache, 'logs'));
    const cwd = mkdtempSync(join(this.cache, 'gates', '.batch-'));
    try {
      writeFileSync(join(cwd, 'cells.lib'), this.cells);
      const scripts = this.jobs.map(({ source }, i) => {
        for (const { name, text } of source.files) writeInto(join(cwd, String(i), name), text);
        return scriptOf(source, `${String(i)}/`, this.hasFlipFlops);
      });
      writeFileSync(join(cwd, 'map.ys'), scripts.join('\n'));
      const first = this.jobs[0]?.source.top ?? '';
      await runTool(this.tool, {
        args: ['-q', '-s', 'map.ys'],
        cwd,
        timeoutMs: this.options.timeoutMs ?? DEFAULT_LIMIT_MS,
        logFile: join(this.cache, 'logs', `gates-${first}.log`),
        ...optionalSignal(this.options.signal),
      });
      this.jobs.forEach(({ work }, i) => {
        writeFileSync(join(work, NETLIST), readFileSync(join(cwd, String(i), NETLIST)));
      });
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }
}

function writeInto(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
