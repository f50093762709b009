/** One Design as one Verilog module. */
import type { Design, Node, Port } from '../ir.js';
import { aliasedNode, portWires } from './aliases.js';
import { printCombinational, proceduralWires } from './combinational.js';
import { constantText, declaration, rangeText } from './constant.js';
import { declareOutputs, printInstance } from './instances.js';
import {
  declareMemory,
  type Image,
  printFieldLabels,
  printInitialContents,
  printMemoryPorts,
} from './memories.js';
import { wholeNet } from './nets.js';
import { Origins } from './origins.js';
import { printAssertions, printClocked } from './processes.js';
import { clockPorts, type Properties, Scope } from './scope.js';
import { sourceMapText } from './source-map.js';
import type { Lines } from './statements.js';

export interface ModuleText {
  readonly text: string;
  readonly images: readonly Image[];
  /** JSON, when it was asked for. */
  readonly sourceMap?: string;
}

export interface ModuleOptions {
  readonly properties?: Properties | undefined;
  readonly sourceMap?: boolean | undefined;
  readonly lineComments?: boolean | undefined;
}

export function emitModule(
  whole: Design,
  imagePrefix: string,
  { properties = 'simulation', sourceMap = false, lineComments = false }: ModuleOptions = {},
): ModuleText {
  const origins = new Origins(sourceMap || lineComments);
  const scope = new Scope(whole, imagePrefix, properties, origins);
  const { design } = scope;
  const { memories, instances } = design;
  const procedural = proceduralWires(design);
  declarePorts(scope);
  const declarations = [
    ...declareRegisters(scope),
    ...declareWires(scope, procedural),
    ...memories.flatMap((memory) => declareMemory(scope, memory)),
    ...instances.flatMap((instance) => declareOutputs(scope, instance)),
  ];
  for (const memory of memories) printFieldLabels(scope, memory);
  for (const label of design.labels) scope.prepare(label, label.name ?? 'label');
  const combinational = printCombinational(scope);
  const outputs = printOutputs(scope);
  const ports = memories.map((memory) => printMemoryPorts(scope, memory));
  const contents = memories.map((memory) => printInitialContents(scope, memory));
  const cells = instances.flatMap((instance) => printInstance(scope, instance));
  const clocked = printClocked(scope);
  const assertions = printAssertions(scope);
  const sections: Lines = [
    ...spaced(declarations),
    ...spaced(scope.printer.wires.map((wire) => `  ${wire}`)),
    ...spaced([...ports.flatMap(({ assigns }) => assigns), ...combinational.assigns, ...outputs]),
    ...printPowerUp(design),
    ...contents.flatMap(({ lines }) => lines),
    ...ports.flatMap(({ blocks }) => blocks),
    ...cells,
    ...combinational.blocks,
    ...clocked,
    ...assertions,
    ...printUnread(scope),
  ];
  const marked = [...header(design, procedural), ...sections, 'endmodule', ''].join('\n');
  const { text, ranges } = origins.resolve(marked, lineComments);
  return {
    text,
    ...(sourceMap ? { sourceMap: sourceMapText(design.name, ranges) } : {}),
    images: contents.flatMap(({ images }) => images),
  };
}

/** Longer lists get a line per item. */
const maxLine = 110;

const spaced = (lines: Lines): Lines => (lines.length === 0 ? [] : ['', ...lines]);

/** What the module is, and its ports in the author's order. */
function header(design: Design, procedural: ReadonlySet<Node>): Lines {
  const parameters = Object.entries(design.parameters).map(([key, value]) => `${key} = ${value}`);
  const title = parameters.length === 0 ? design.name : `${design.name}: ${parameters.join(', ')}`;
  const bit = { signed: false, width: 1 };
  const ports: readonly Port[] = [
    ...clockPorts(design).map((name) => ({ name, direction: 'in', type: bit }) as const),
    ...design.ports,
  ];
  const comment = `// ${title.replace(/\s+/g, ' ')}`;
  if (ports.length === 0) return [comment, `module ${design.name};`];
  const types = ports.map(({ type }) => `${type.signed ? 'signed ' : ''}${rangeText(type.width)}`.trimEnd());
  const column = Math.max(...types.map((type) => type.length));
  const wires = portWires(design);
  const lines = ports.map(({ name, direction, driver }, i) => {
    const type = column === 0 ? '' : `${(types[i] ?? '').padEnd(column)} `;
    const isReg = driver !== undefined && wires.has(driver) && procedural.has(driver);
    return `  ${direction === 'in' ? 'input ' : 'output'} ${isReg ? 'reg ' : 'wire'} ${type}${name}`;
  });
  return [comment, `module ${design.name} (`, lines.join(',\n'), ');'];
}

function declarePorts(scope: Scope): void {
  for (const name of clockPorts(scope.design)) scope.readBits.declare(name, 1);
  for (const { name, direction, type, driver } of scope.design.ports) {
    if (direction !== 'in') continue;
    scope.readBits.declare(name, type.width);
    if (driver !== undefined) scope.nets.set(driver, wholeNet(name, type.width, type.signed));
  }
}

function declareRegisters(scope: Scope): Lines {
  return scope.design.regs.map((reg) => {
    const { name, type } = reg;
    scope.nets.set(reg, wholeNet(name, type.width, type.signed));
    scope.readBits.declare(name, type.width);
    const line = `  ${declaration('reg', type.signed, type.width, name)};`;
    return scope.origins.mark(line, name, reg.location, 'declaration');
  });
}

/** Wires that are ports, or another name of a net, need no declaration. */
function declareWires(
  { design, aliases, nets, readBits, origins }: Scope,
  procedural: ReadonlySet<Node>,
): Lines {
  const ports = portWires(design);
  const lines = design.wires.flatMap((wire) => {
    if (aliases.sources.has(wire)) return [];
    const { name, type } = wire;
    nets.set(wire, wholeNet(name, type.width, type.signed));
    if (ports.has(wire)) return [];
    readBits.declare(name, type.width);
    const kind = procedural.has(wire) ? 'reg' : 'wire';
    const line = `  ${declaration(kind, type.signed, type.width, name)};`;
    return [origins.mark(line, name, wire.location, 'declaration')];
  });
  for (const wire of aliases.sources.keys()) {
    const net = nets.get(aliasedNode(aliases, wire));
    if (net !== undefined) nets.set(wire, net);
  }
  return lines;
}

function printOutputs(scope: Scope): Lines {
  const wires = portWires(scope.design);
  return scope.design.ports.flatMap(({ name, direction, driver }) =>
    direction === 'out' && driver !== undefined && !wires.has(driver)
      ? [`  assign ${name} = ${scope.driver(driver, name)};`]
      : [],
  );
}

/** Registers start at their reset value, or at the power-up value given. */
function printPowerUp({ regs }: Design): Lines {
  const lines = regs.flatMap(({ name, type, reset, powerUp }) => {
    const value = reset ?? powerUp;
    return value === undefined ? [] : [`    ${name} = ${constantText(value, type.width, type.signed)};`];
  });
  return lines.length === 0 ? [] : ['', '  initial begin', ...lines, '  end'];
}

/** Bits that nothing reads, in one place. */
function printUnread(scope: Scope): Lines {
  const bits = scope.readBits.unread();
  if (bits.length === 0) return [];
  const name = scope.names.unique('unused_bits');
  const line = `  wire ${name} = &{1'b0, ${bits.join(', ')}};`;
  if (line.length <= maxLine) return ['', line];
  return ['', `  wire ${name} = &{`, "    1'b0,", bits.map((bit) => `    ${bit}`).join(',\n'), '  };'];
}
