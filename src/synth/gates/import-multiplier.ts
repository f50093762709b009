/** A multiplier that somebody else wrote in Verilog, as its truth table. */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import {
  cachedStage,
  cacheFolder,
  contentHash,
  findTool,
  makeFolder,
  runTool,
  ToolCrashed,
  type FindOptions,
} from '../../tools/index.js';
import { parseJson } from '../cell-counts.js';
import { BadMultiplier, UnmappedCell, UnusableNetlist } from '../errors.js';
import { libraryOf } from '../liberty/index.js';
import { optionalSignal } from '../synthesize.js';
import { gateNetlist, yosysNetlist, type GateNetlist, type GatePort } from './netlist.js';
import { runGates, valuesOf } from './waves.js';

export interface ImportMultiplierOptions {
  /** Default: the module that no other one instantiates. */
  readonly top?: string;
  /** Names of the ports. Default: the two inputs in the order of their declaration (one called a or A first), and the only output. */
  readonly a?: string;
  readonly b?: string;
  readonly product?: string;
  /** Operands and product are two's complement. Default: as the ports are declared; many files leave `signed` out. */
  readonly signed?: boolean;
  readonly tools?: FindOptions;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly cache?: string;
}

export interface ImportedMultiplier {
  /** Of the module. */
  readonly name: string;
  readonly aWidth: number;
  readonly bWidth: number;
  readonly aSigned: boolean;
  readonly bSigned: boolean;
  /** Entry code(a) * 2^bWidth + code(b), codes being stored bits. */
  readonly table: readonly number[];
  /** SHA-256 of the table. */
  readonly hash: string;
}

/** Most bits of both operands together: tables of 2^20 entries. */
const MAX_OPERAND_BITS = 20;
const DEFAULT_LIMIT_MS = 10 * 60 * 1000;

/**
 * Reads a Verilog file with Yosys and simulates every pair of operands. @throws BadMultiplier when it does not parse, has
 * state, or has other ports than two operands and a product of as many bits as both; the errors of src/tools
 */
export async function importMultiplier(
  file: string,
  options: ImportMultiplierOptions = {},
): Promise<ImportedMultiplier> {
  const parsed = await parseVerilog(file, options);
  const { top, netlist } = parsed;
  const ports = choosePorts(file, parsed, options);
  const [aWidth, bWidth] = [ports.a.bits.length, ports.b.bits.length];
  const isSigned = ({ name }: GatePort): boolean => options.signed ?? parsed.signedPorts.has(name);
  const [aSigned, bSigned] = [isSigned(ports.a), isSigned(ports.b)];
  const isProductSigned = aSigned || bSigned || isSigned(ports.product);
  const codes = Array.from({ length: 2 ** (aWidth + bWidth) }, (_, code) => code);
  const stimulus = {
    [ports.a.name]: codes.map((code) => code >> bWidth),
    [ports.b.name]: codes.map((code) => code & (2 ** bWidth - 1)),
  };
  const range = 2 ** (aWidth + bWidth);
  const patterns = valuesOf(runTable(file, netlist, stimulus, codes.length), ports.product);
  const table = Array.from(patterns, (code) => (isProductSigned && code >= range / 2 ? code - range : code));
  const hash = contentHash({ table: JSON.stringify(table) });
  return { name: top, aWidth, bWidth, aSigned, bSigned, table, hash };
}

function runTable(
  file: string,
  netlist: GateNetlist,
  stimulus: Parameters<typeof runGates>[1],
  count: number,
) {
  try {
    return runGates(netlist, stimulus, count);
  } catch (error) {
    throw error instanceof UnusableNetlist ? new BadMultiplier(file, error.message) : error;
  }
}

/** Yosys' own gates, as a library. */
const GENERIC = libraryOf(
  `library (generic) {${Object.entries({
    $_BUF_: 'A',
    $_NOT_: '!A',
    $_AND_: 'A*B',
    $_NAND_: '!(A*B)',
    $_OR_: 'A+B',
    $_NOR_: '!(A+B)',
    $_XOR_: 'A^B',
    $_XNOR_: '!(A^B)',
    $_ANDNOT_: 'A*!B',
    $_ORNOT_: 'A+!B',
    $_MUX_: '(!S*A)+(S*B)',
    $_NMUX_: '!((!S*A)+(S*B))',
  })
    .map(([type, logic]) => {
      const inputs = [...new Set(logic.match(/[A-Z]/g))].map((pin) => `pin (${pin}) { direction : input; }`);
      return `cell (${type}) { ${inputs.join(' ')} pin (Y) { direction : output; function : "${logic}"; } }`;
    })
    .join('\n')}}`,
  'generic gates',
);

const parsedFile = z.object({
  modules: z.record(
    z.string(),
    z.object({
      attributes: z.record(z.string(), z.unknown()),
      ports: z.record(z.string(), z.object({ signed: z.number().optional() })),
      cells: z.record(z.string(), z.object({ attributes: z.object({ src: z.string().optional() }) })),
    }),
  ),
});

interface ParsedVerilog {
  readonly top: string;
  readonly netlist: GateNetlist;
  readonly signedPorts: ReadonlySet<string>;
}

async function parseVerilog(file: string, options: ImportMultiplierOptions): Promise<ParsedVerilog> {
  const json = join(await synthesizeFile(file, options), NETLIST);
  const { modules } = parseJson(json, parsedFile);
  const found = Object.entries(modules).find(([, { attributes }]) => attributes.top !== undefined);
  if (found === undefined) throw new BadMultiplier(file, 'it has no module');
  const [top, { ports, cells }] = found;
  const signedPorts = Object.entries(ports).flatMap(([name, { signed }]) => (signed === 1 ? [name] : []));
  try {
    const netlist = gateNetlist(parseJson(json, yosysNetlist), top, GENERIC);
    return { top, netlist, signedPorts: new Set(signedPorts) };
  } catch (error) {
    if (!(error instanceof UnmappedCell)) throw error;
    const line = cells[error.cell]?.attributes.src?.match(/:(\d+)/)?.[1];
    const what = /LATCH|_SR_/.test(error.type) ? 'a latch' : /FF/.test(error.type) ? 'a flip-flop' : 'a cell';
    const where = line === undefined ? '' : ` in line ${line}`;
    throw new BadMultiplier(
      file,
      `module ${top} has ${what}${where} (${error.type}, ${error.cell}); only combinational multipliers can be imported`,
    );
  }
}

const NETLIST = 'netlist.json';

/** The folder with the netlist of generic gates, flattened. */
async function synthesizeFile(file: string, options: ImportMultiplierOptions): Promise<string> {
  const tool = await findTool('yosys', { ...options.tools, ...optionalSignal(options.signal) });
  const source = `source${extname(file) === '.sv' ? '.sv' : '.v'}`;
  const text = readFileSync(file, 'utf8');
  const top = options.top === undefined ? '-auto-top' : `-top ${options.top}`;
  const script = [
    `read_verilog ${source.endsWith('.sv') ? '-sv ' : ''}${source}`,
    `hierarchy -check ${top}`,
    // What `synth -flatten -noabc` comes to where neither size nor speed matters.
    ...['proc', 'flatten', 'opt -fast', 'memory', 'opt -fast', 'alumacc', 'maccmap -unmap'],
    ...['techmap', 'opt -fast -purge'],
    `write_json ${NETLIST}`,
    '',
  ].join('\n');
  const cache = options.cache ?? cacheFolder();
  const key = contentHash({ tool: `${tool.origin} ${tool.version}`, script, text });
  const log = join(cache, 'logs', `import-${basename(file)}.log`);
  try {
    const { folder } = await cachedStage({ stage: 'import-multiplier', key, cache }, async (work) => {
      writeFileSync(join(work, source), text);
      writeFileSync(join(work, 'import.ys'), script);
      makeFolder(join(cache, 'logs'));
      const timeoutMs = options.timeoutMs ?? DEFAULT_LIMIT_MS;
      const run = { args: ['-q', '-s', 'import.ys'], cwd: work, timeoutMs, logFile: log };
      await runTool(tool, { ...run, ...optionalSignal(options.signal) });
    });
    return folder;
  } catch (error) {
    const said = error instanceof ToolCrashed ? /^(?:\S+:(\d+): )?ERROR: (.*)$/m.exec(error.logTail) : null;
    if (said === null) throw error;
    throw new BadMultiplier(file, said[2] ?? '', said[1]);
  }
}

function choosePorts(
  file: string,
  { top, netlist }: ParsedVerilog,
  options: ImportMultiplierOptions,
): { readonly a: GatePort; readonly b: GatePort; readonly product: GatePort } {
  const { inputs, outputs } = netlist;
  const fail = (reason: string): never => {
    throw new BadMultiplier(file, `module ${top} ${reason}`);
  };
  const named = (ports: readonly GatePort[], name: string, direction: string): GatePort =>
    ports.find((port) => port.name === name) ??
    fail(`has no ${direction} ${name}; it has ${ports.map((port) => port.name).join(', ') || 'none'}`);
  const only = (ports: readonly GatePort[], direction: string, count: number): readonly GatePort[] => {
    const extra = ports[count];
    const has = `has ${String(ports.length)} ${direction}s, and a multiplier has ${String(count)}`;
    if (extra !== undefined) fail(`${has}: what is ${extra.name}?`);
    if (ports.length < count) fail(`${has}; it has ${ports.map(({ name }) => name).join(', ') || 'none'}`);
    return ports;
  };
  const [first, second] = only(inputs, 'input', 2);
  const [output] = only(outputs, 'output', 1);
  if (first === undefined || second === undefined || output === undefined) return fail('has no ports');
  const isSwapped = options.a === second.name || options.b === first.name || /^a$/i.test(second.name);
  const [a, b] = isSwapped && options.a !== first.name ? [second, first] : [first, second];
  const chosen = {
    a: options.a === undefined ? a : named(inputs, options.a, 'input'),
    b: options.b === undefined ? b : named(inputs, options.b, 'input'),
    product: options.product === undefined ? output : named(outputs, options.product, 'output'),
  };
  const width = chosen.a.bits.length + chosen.b.bits.length;
  if (chosen.a === chosen.b) fail(`takes both operands from ${chosen.a.name}`);
  if (width > MAX_OPERAND_BITS)
    fail(
      `has operands of ${String(width)} bits (${a.name}, ${b.name}); a table needs at most ${String(MAX_OPERAND_BITS)}`,
    );
  const { name, bits } = chosen.product;
  if (bits.length !== width)
    fail(
      `has a product ${name} of ${String(bits.length)} bits; operands ${a.name} and ${b.name} need ${String(width)}`,
    );
  return chosen;
}
