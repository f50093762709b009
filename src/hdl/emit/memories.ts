/** Memories: arrays, ports, initial contents. */
import type { Memory, MemoryReadNode } from '../ir.js';
import { constantText, declaration, rangeText } from './constant.js';
import { wholeNet } from './nets.js';
import type { Scope } from './scope.js';
import { isolated } from './text.js';
import type { Lines } from './statements.js';

/** A memory image for `$readmemh`. */
export interface Image {
  readonly name: string;
  readonly text: string;
}

const wordWidth = ({ fields }: Memory): number => fields.reduce((sum, { type }) => sum + type.width, 0);

/** Module and memory names contain no dot, so two memories never share a file. */
const imageName = (scope: Scope, memory: Memory): string => `${scope.design.name}.${memory.name}.hex`;

/** Declares the array and the data of its read ports, and names the fields. */
export function declareMemory(scope: Scope, memory: Memory): Lines {
  const width = wordWidth(memory);
  const attribute =
    memory.readDuringWrite === 'never' || memory.readDuringWrite === 'any' ? '(* no_rw_check *) ' : '';
  const lines = [`  ${attribute}reg ${rangeText(width)}${memory.name} [0:${memory.depth - 1}];`];
  memory.readPorts.forEach(({ sync, data }, index) => {
    const name = dataName(scope, memory, index);
    const [only] = data;
    const signed = data.length === 1 && only?.type.signed === true;
    lines.push(`  ${declaration(sync ? 'reg' : 'wire', signed, width, name)};`);
    scope.readBits.declare(name, width);
    nameFields(scope, data, name, width, signed);
  });
  return lines;
}

/** One field takes its label as the name of the port's data. */
function dataName(scope: Scope, { name, readPorts }: Memory, index: number): string {
  const data = readPorts[index]?.data ?? [];
  const label = data.length === 1 ? data[0]?.name : undefined;
  return label ?? scope.names.unique(readPorts.length === 1 ? `${name}_q` : `${name}_q${index}`);
}

function nameFields(
  scope: Scope,
  data: readonly MemoryReadNode[],
  name: string,
  netWidth: number,
  netSigned: boolean,
): void {
  let offset = 0;
  for (const node of data) {
    const { width, signed } = node.type;
    scope.portData.set(node, name);
    scope.nets.set(node, { name, netWidth, netSigned, offset, width, signed });
    offset += width;
  }
}

/** Labelled fields of wider words get a wire each. */
export function printFieldLabels(scope: Scope, { readPorts }: Memory): void {
  for (const { data } of readPorts) {
    if (data.length === 1) continue;
    for (const node of data) {
      if (node.name === undefined) continue;
      const { width, signed } = node.type;
      const source = scope.printer.bits(node, width - 1, 0).text;
      scope.printer.wires.push(`${declaration('wire', signed, width, node.name)} = ${source};`);
      scope.readBits.declare(node.name, width);
      scope.nets.set(node, wholeNet(node.name, width, signed));
    }
  }
}

/** Initial contents, in the module or as an image beside it. */
export function printInitialContents(
  scope: Scope,
  memory: Memory,
): { readonly lines: Lines; readonly images: readonly Image[] } {
  if (memory.init === undefined) return { lines: [], images: [] };
  const words = contents(memory);
  const width = wordWidth(memory);
  if (memory.initStyle === 'file') {
    const name = imageName(scope, memory);
    const digits = Math.ceil(width / 4);
    const text = words.map((word) => `${word.toString(16).padStart(digits, '0')}\n`).join('');
    return {
      lines: ['', `  initial $readmemh("${scope.imagePrefix}${name}", ${memory.name});`],
      images: [{ name, text }],
    };
  }
  const lines = words.map((word, i) => `    ${memory.name}[${i}] = ${constantText(word, width, false)};`);
  return { lines: ['', '  initial begin', ...lines, '  end'], images: [] };
}

function contents({ depth, fields, init = [] }: Memory): readonly bigint[] {
  return Array.from({ length: depth }, (_, address) => {
    let word = 0n;
    let offset = 0n;
    fields.forEach(({ type }, field) => {
      const value = BigInt(init[field]?.[address] ?? 0);
      word |= BigInt.asUintN(type.width, value) << offset;
      offset += BigInt(type.width);
    });
    return word;
  });
}

/** Continuous reads, and one clocked block for the writes and one per registered read. */
export function printMemoryPorts(
  scope: Scope,
  memory: Memory,
): { readonly assigns: Lines; readonly blocks: Lines } {
  const assigns: string[] = [];
  const blocks: string[] = [];
  const clocked = (domain: string | undefined, body: Lines): void => {
    blocks.push('', `  always @(posedge ${scope.clock(domain)}) begin`, ...body, '  end');
  };
  const writes = memory.writePorts.map((port) => printWrite(scope, memory, port));
  const groups = memory.writeCollision === 'never' ? writes : [writes.flat()];
  for (const lines of groups) if (lines.length > 0) clocked(memory.writePorts[0]?.domain, lines);
  memory.readPorts.forEach(({ address, enable, sync, data, domain }) => {
    const [first] = data;
    const name = first === undefined ? undefined : scope.portData.get(first);
    if (name === undefined) return;
    const word = `${memory.name}[${index(scope, memory, address, name)}]`;
    if (!sync) assigns.push(`  assign ${name} = ${word};`);
    else if (enable === undefined || enable.kind === 'const') {
      if (enable === undefined || enable.value === 1n) clocked(domain, [`    ${name} <= ${word};`]);
    } else {
      const condition = scope.closed(enable, name).text;
      clocked(domain, [`    if (${condition}) begin`, `      ${name} <= ${word};`, '    end']);
    }
  });
  return { assigns, blocks };
}

/**
 * An address is as wide as the depth needs, and unsigned: Verilog takes a signed index for a negative one. Icarus computes a
 * sum in an index wider than its operands, so it stands in braces. The one word of a memory of depth 1 has address 0.
 */
function index(
  scope: Scope,
  memory: Memory,
  address: Memory['readPorts'][number]['address'],
  consumer: string,
): string {
  if (memory.depth === 1) return '0';
  const width = (memory.depth - 1).toString(2).length;
  const text = scope.closed(address, `${consumer}_address`, width);
  if (text.form !== 'atom') return `{${text.text}}`;
  return (text.signed ? isolated(text, false) : text).text;
}

function printWrite(scope: Scope, memory: Memory, port: Memory['writePorts'][number]): Lines {
  const { name, fields } = memory;
  const { enable, address, data, mask } = port;
  if (enable.kind === 'const' && enable.value === 0n) return [];
  const word = `${name}[${index(scope, memory, address, name)}]`;
  const always = enable.kind === 'const';
  const indent = always ? '    ' : '      ';
  const body: string[] = [];
  if (mask === undefined) {
    const parts = data.map((value) => scope.closed(value, `${name}_data`).text);
    const all = parts.length === 1 ? parts[0] : `{${parts.reverse().join(', ')}}`;
    body.push(`${indent}${word} <= ${all};`);
  } else {
    let offset = 0;
    fields.forEach(({ type: { width } }, field) => {
      const [value, use] = [data[field], mask[field]];
      const part =
        fields.length === 1 ? '' : width === 1 ? `[${offset}]` : `[${offset + width - 1}:${offset}]`;
      offset += width;
      if (value === undefined || use === undefined || (use.kind === 'const' && use.value === 0n)) return;
      const write = `${word}${part} <= ${scope.closed(value, `${name}_data`).text};`;
      const test = use.kind === 'const' ? '' : `if (${scope.closed(use, `${name}_mask`).text}) `;
      body.push(`${indent}${test}${write}`);
    });
  }
  if (always) return body;
  return [`    if (${scope.closed(enable, `${name}_write`).text}) begin`, ...body, '    end'];
}

/** The promise of `readDuringWrite: 'never'` between ports of one clock, checked in simulation. */
export function collisionChecks(scope: Scope, memory: Memory, domain: string | undefined): Lines {
  if (memory.readDuringWrite !== 'never') return [];
  return memory.readPorts.flatMap((read) =>
    memory.writePorts.flatMap((write) => {
      if (!read.sync || read.domain !== domain || write.domain !== domain) return [];
      const enables = [write.enable, ...(read.enable === undefined ? [] : [read.enable])]
        .filter((node) => node.kind !== 'const')
        .map((node) => `(${scope.closed(node, `${memory.name}_check`).text})`);
      const [from, to] = [read, write].map(({ address }) => index(scope, memory, address, memory.name));
      const same = memory.depth === 1 ? [] : [`((${from ?? ''}) == (${to ?? ''}))`];
      const collides = [...enables, ...same].join(' && ') || "1'b1";
      if (scope.properties === 'formal')
        return [`assert (!(${collides})); // ${memory.name} is read where it is written`];
      return [
        `if (${collides}) begin`,
        `  $display("%m: ${memory.name} is read where it is written");`,
        '  $finish;',
        'end',
      ];
    }),
  );
}
