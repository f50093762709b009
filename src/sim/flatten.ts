/** The hierarchy as one flat graph of cells: aliases (ports, wires) are resolved away, state is listed. */

import type { Assertion, Design, ExternalDesign, Memory, Node, Port, ScalarType } from '../hdl/index.js';
import { outputsReadInputs, resolve, resolveAliases, type Cell, type CellKind } from './cell.js';
import { Clocks, type ScopeDomains } from './clocks.js';
import { SimError } from './errors.js';

import { isExternal, makeTemplate, type Check, type Template } from './template.js';

export interface Scope {
  /** Dotted instance names, empty for the top. */
  readonly path: string;
  readonly template: Template;
  readonly cells: readonly Cell[];
  readonly children: ReadonlyMap<string, Scope>;
  readonly domains: ScopeDomains;
}

export interface FlatReg {
  readonly cell: Cell;
  readonly next: Cell;
  readonly initial: bigint | undefined;
  readonly reset: bigint | undefined;
}

export interface FlatMemory {
  readonly path: string;
  readonly memory: Memory;
  readonly readPorts: readonly {
    readonly sync: boolean;
    readonly address: Cell;
    readonly enable: Cell | undefined;
  }[];
  readonly writePorts: readonly {
    readonly address: Cell;
    readonly enable: Cell;
    readonly data: readonly Cell[];
    readonly mask: readonly Cell[] | undefined;
  }[];
}

export interface FlatExternal {
  readonly path: string;
  readonly design: ExternalDesign;
  /** Drivers of the input ports, in port order. */
  readonly inputs: readonly { readonly port: Port; readonly cell: Cell }[];
  /** False: the outputs depend on the state only, and reading an input to compute them is an error. */
  readonly combinational: boolean;
  /** 1 in the steps in which its clock rises; undefined: in all. */
  readonly clock: Cell | undefined;
  readonly call: Cell;
}

export interface FlatPort {
  readonly name: string;
  readonly type: ScalarType;
  readonly cell: Cell;
}

export interface FlatDesign {
  readonly design: Design;
  readonly top: Scope;
  readonly cells: readonly Cell[];
  readonly inputs: readonly FlatPort[];
  /** Inputs that say which clocks rise in a step; none when there is only the default domain. */
  readonly clocks: readonly string[];
  readonly resets: readonly string[];
  readonly outputs: readonly FlatPort[];
  readonly regs: readonly FlatReg[];
  readonly memories: readonly FlatMemory[];
  /** Memory of each `readSync` and `readAsync` cell. */
  readonly memoryOf: ReadonlyMap<Cell, FlatMemory>;
  /** The read cells of each memory, by port. */
  readonly readCells: ReadonlyMap<FlatMemory, readonly (readonly Cell[])[]>;
  readonly externals: readonly FlatExternal[];
  /** External cell of each `externalCall` and `externalOutput` cell. */
  readonly externalOf: ReadonlyMap<Cell, FlatExternal>;
  readonly assertions: readonly {
    readonly assertion: Check;
    readonly design: Design;
    readonly path: string;
    readonly violated: Cell;
  }[];
  readonly covers: readonly {
    readonly cover: Assertion;
    readonly design: Design;
    readonly path: string;
    readonly hit: Cell;
  }[];
}

/** Shared by all cells without arguments, which are most, and by all scopes without instances. */
const NOTHING: readonly Cell[] = [];
const NO_CHILDREN = new Map<string, Scope>();

/** The node of a call: its outputs have the values. */
const NO_VALUE: Node = {
  kind: 'const',
  id: -1,
  type: { signed: false, width: 1 },
  lo: 0n,
  hi: 0n,
  value: 0n,
};

interface Pending {
  readonly scope: Scope & { readonly children: Map<string, Scope> };
  readonly parent: Scope | undefined;
  readonly inputs: Readonly<Record<string, Node>>;
  /** Cells of the parent that stand for outputs. */
  readonly outputs: readonly Cell[];
}

/** Flattens `design`; work is linear in the number of node instances and no recursion follows the hierarchy. */
export function flatten(design: Design): FlatDesign {
  return new Flattener(design).run(design);
}

class Flattener {
  private readonly cells: Cell[] = [];
  private readonly clocks: Clocks;
  private readonly templates = new Map<Design, Template>();
  private readonly regs: FlatReg[] = [];
  private readonly memories: FlatMemory[] = [];
  private readonly memoryOf = new Map<Cell, FlatMemory>();
  private readonly readCells = new Map<FlatMemory, readonly (readonly Cell[])[]>();
  private readonly externals: (FlatExternal & { inputs: FlatExternal['inputs'] })[] = [];
  private readonly externalOf = new Map<Cell, FlatExternal>();
  private readonly assertions: FlatDesign['assertions'][number][] = [];
  private readonly covers: FlatDesign['covers'][number][] = [];

  constructor(design: Design) {
    this.clocks = new Clocks(design, (kind, node) => this.add(kind, node));
  }

  run(design: Design): FlatDesign {
    const pending = this.open('', design, undefined, {}, NOTHING, new Map());
    const scopes: Scope[] = [];
    const queue: Pending[] = [pending];
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
      scopes.push(item.scope);
      this.connectPorts(item);
      queue.push(...this.openChildren(item));
    }
    resolveAliases(this.cells);
    for (const external of this.externals) {
      external.inputs = external.inputs.map(({ port, cell }) => ({ port, cell: resolve(cell) }));
    }
    for (const scope of scopes) this.addState(scope);
    const top = pending.scope;
    return {
      design,
      top,
      cells: this.cells,
      ...this.topPorts(design, top),
      clocks: this.clocks.names,
      resets: this.clocks.resets,
      regs: this.regs,
      memories: this.memories,
      memoryOf: this.memoryOf,
      readCells: this.readCells,
      externals: this.externals,
      externalOf: this.externalOf,
      assertions: this.assertions,
      covers: this.covers,
    };
  }

  private open(
    path: string,
    design: Design,
    parent: Scope | undefined,
    inputs: Readonly<Record<string, Node>>,
    outputs: readonly Cell[],
    domains: ScopeDomains,
  ): Pending {
    let template = this.templates.get(design);
    if (template === undefined) {
      template = makeTemplate(design);
      this.templates.set(design, template);
    }
    const cells = template.nodes.map((node) => this.add(kindOf(node, parent === undefined, template), node));
    const { args } = template;
    cells.forEach((cell, i) => {
      const found = args[i];
      if (found === undefined || found.length === 0) return;
      if (cell.kind === 'alias') cell.source = at(cells, found[0] ?? -1);
      else cell.args = found.map((arg) => at(cells, arg));
    });
    const children = design.instances.length === 0 ? NO_CHILDREN : new Map<string, Scope>();
    return { scope: { path, template, cells, children, domains }, parent, inputs, outputs };
  }

  private add(kind: CellKind, node: Node): Cell {
    const cell: Cell = { index: this.cells.length, kind, node, args: NOTHING, source: undefined };
    this.cells.push(cell);
    return cell;
  }

  private connectPorts({ scope, parent, inputs, outputs }: Pending): void {
    if (parent === undefined) return;
    for (const cell of scope.cells) {
      if (cell.node.kind !== 'input') continue;
      const driver = inputs[cell.node.name];
      if (driver !== undefined) cell.source = cellOf(parent, driver);
    }
    for (const cell of outputs) {
      const driver = cell.node.kind === 'instanceOutput' && scope.template.drivers.get(cell.node.port);
      if (driver !== undefined && driver !== false) cell.source = cellOf(scope, driver);
    }
  }

  private openChildren({ scope }: Pending): Pending[] {
    const { instances } = scope.template.design;
    if (instances.length === 0) return [];
    const outputs = outputCells(scope);
    return instances.flatMap((instance) => {
      const { name, design, inputs } = instance;
      const domains = this.clocks.below(scope.domains, instance);
      const path = scope.path === '' ? name : `${scope.path}.${name}`;
      const ports = outputs.get(name) ?? NOTHING;
      const body = isExternal(design) ? design.twin : design;
      if (body === undefined) {
        if (isExternal(design)) this.addExternal({ path, scope, design, domains }, inputs, ports);
        return [];
      }
      const child = this.open(path, body, scope, inputs, ports, domains);
      scope.children.set(name, child.scope);
      return [child];
    });
  }

  private addExternal(
    {
      path,
      scope,
      design,
      domains,
    }: {
      readonly path: string;
      readonly scope: Scope;
      readonly design: ExternalDesign;
      readonly domains: ScopeDomains;
    },
    drivers: Readonly<Record<string, Node>>,
    ports: readonly Cell[],
  ): void {
    if (design.model === undefined) {
      throw new SimError(
        'no-model',
        `${path} is the external cell ${design.name}, which has no model: give external('${design.name}', ...) a \`model\` or a \`twin\`, or simulate the emitted Verilog with Verilator or Icarus`,
      );
    }
    const inputs = design.ports.flatMap((port) => {
      const driver = port.direction === 'in' ? drivers[port.name] : undefined;
      return driver === undefined ? [] : [{ port, cell: cellOf(scope, driver) }];
    });
    const call = this.add('externalCall', NO_VALUE);
    const combinational = outputsReadInputs(design, path);
    if (combinational) call.args = inputs.map(({ cell }) => cell);
    const clock = this.clocks.clockOf(domains, undefined);
    const external = { path, design, inputs, combinational, clock, call };
    this.externals.push(external);
    this.externalOf.set(call, external);
    for (const cell of ports) {
      const output = this.add('externalOutput', cell.node);
      output.args = [call];
      cell.source = output;
      this.externalOf.set(output, external);
    }
  }

  private addState(scope: Scope): void {
    const { design, regNext, assertions, covers } = scope.template;
    const { clocks } = this;
    const resolved = (node: Node): Cell => resolve(cellOf(scope, node));
    for (const [reg, next] of regNext) {
      const { reset, powerUp } = reg;
      const flat = { cell: cellOf(scope, reg), next: resolved(next), initial: reset ?? powerUp, reset };
      this.regs.push(clocks.register(scope.domains, reg, flat));
    }
    for (const { assertion, violated } of assertions) {
      const observed = clocks.observed(scope.domains, assertion.domain, resolved(violated));
      this.assertions.push({ assertion, design, path: scope.path, violated: observed });
    }
    for (const { cover, hit } of covers) {
      const observed = clocks.observed(scope.domains, cover.domain, resolved(hit));
      this.covers.push({ cover, design, path: scope.path, hit: observed });
    }
    for (const memory of design.memories) this.addMemory(scope, memory, resolved);
  }

  private addMemory(scope: Scope, memory: Memory, resolved: (node: Node) => Cell): void {
    const path = scope.path === '' ? memory.name : `${scope.path}.${memory.name}`;
    const { clocks } = this;
    const flat: FlatMemory = {
      path,
      memory,
      readPorts: memory.readPorts.map(({ address, enable, sync, domain }) => ({
        sync,
        address: resolved(address),
        enable: clocks.enable(scope.domains, domain, enable === undefined ? undefined : resolved(enable)),
      })),
      writePorts: memory.writePorts.map(({ address, enable, data, mask, domain }) => ({
        address: resolved(address),
        enable: clocks.enable(scope.domains, domain, resolved(enable)),
        data: data.map(resolved),
        mask: mask?.map(resolved),
      })),
    };
    this.memories.push(flat);
    const ports = memory.readPorts.map(({ address, sync, data }) =>
      data.map((node) => {
        const cell = cellOf(scope, node);
        this.memoryOf.set(cell, flat);
        if (!sync) cell.args = [resolved(address)];
        return cell;
      }),
    );
    this.readCells.set(flat, ports);
  }

  private topPorts(design: Design, top: Scope): { inputs: FlatPort[]; outputs: FlatPort[] } {
    const byName = new Map(
      top.cells.flatMap((cell) =>
        cell.kind === 'input' && cell.node.kind === 'input' ? [[cell.node.name, cell] as const] : [],
      ),
    );
    const inputs: FlatPort[] = [];
    const outputs: FlatPort[] = [];
    for (const { name, direction, type, driver } of design.ports) {
      if (direction === 'in') {
        const node: Node = { kind: 'input', id: -1, name, type, lo: 0n, hi: 0n };
        inputs.push({ name, type, cell: byName.get(name) ?? this.add('input', node) });
      } else if (driver !== undefined) {
        outputs.push({ name, type, cell: resolve(cellOf(top, driver)) });
      }
    }
    return { inputs: [...inputs, ...this.clocks.inputs], outputs };
  }
}

function kindOf(node: Node, isTop: boolean, template: Template): CellKind {
  switch (node.kind) {
    case 'op':
    case 'const':
    case 'reg':
      return node.kind;
    case 'input':
      return isTop ? 'input' : 'alias';
    case 'wire':
    case 'instanceOutput':
      return 'alias';
    case 'memoryRead': {
      const memory = template.design.memories.find(({ name }) => name === node.memory);
      return memory?.readPorts[node.port]?.sync === true ? 'readSync' : 'readAsync';
    }
  }
}

/** The cells that stand for instances' outputs, by instance. */
function outputCells(scope: Scope): Map<string, Cell[]> {
  const found = new Map<string, Cell[]>();
  for (const cell of scope.cells) {
    if (cell.node.kind !== 'instanceOutput') continue;
    const cells = found.get(cell.node.instance);
    if (cells === undefined) found.set(cell.node.instance, [cell]);
    else cells.push(cell);
  }
  return found;
}

function cellOf(scope: Scope, node: Node): Cell {
  return at(scope.cells, scope.template.indexOf.get(node) ?? -1);
}

function at(cells: readonly Cell[], index: number): Cell {
  const cell = cells[index];
  if (cell === undefined)
    throw new RangeError(`no cell ${index}: a node is used that its Design does not reach`);
  return cell;
}
