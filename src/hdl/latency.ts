/**
 * Latencies: how many cycles after the component's inputs a signal holds what belongs to them. Inputs have latency 0, each
 * pipeline register adds one, operands of one operation agree. Constants and state fit any latency.
 */

import { portDependencies } from './check/dependencies.js';
import { strongComponents } from './check/strong-components.js';
import { describe, fail } from './diagnostics.js';
import type {
  DeclaredLatency,
  Instance,
  InstanceOutputNode,
  MemoryReadNode,
  Node,
  Port,
  RegNode,
  SourceLocation,
  WireNode,
} from './ir.js';
import type { MemoryBuilder } from './memory.js';

/**
 * Cycles; `timeless`: fits any (state, configuration, a stall of the whole pipeline); undefined: a constant. `kept`: state
 * whose new value appears after so many cycles, as the author says; its old value meets what enters one cycle before.
 */
type Found = number | 'timeless' | { readonly kept: number } | undefined;
export type Latency = number | 'timeless' | undefined;

interface Driver {
  readonly value: Node;
  /** 1 when the assignment is reached; undefined: always. */
  readonly reached: Node | undefined;
}

/** What a component has made so far. */
interface Parts {
  readonly name: string;
  readonly memories: readonly MemoryBuilder[];
  readonly instances: readonly Instance[];
}

/** The latencies of one component's signals, computed when somebody asks, each once. */
export class Latencies {
  private readonly known = new Map<Node, Found>();
  private readonly pinned = new Map<Node, number | 'timeless'>();
  private readonly pipeline = new Set<RegNode>();
  private readonly drivers = new Map<RegNode | WireNode, Driver[]>();
  private readonly instances = new Map<string, Instance>();
  private readonly memories = new Map<string, MemoryBuilder>();

  constructor(private readonly parts: Parts) {}

  /** The author's word for it, also for an input. */
  pin(node: Node, latency: number | 'timeless'): void {
    this.pinned.set(node, latency);
    this.known.clear();
  }
  /** A pipeline register: its condition, if any, stalls the whole pipeline. */
  addStage(reg: RegNode): void {
    this.pipeline.add(reg);
  }
  addDriver(target: RegNode | WireNode, driver: Driver): void {
    const known = this.drivers.get(target);
    if (known === undefined) this.drivers.set(target, [driver]);
    else known.push(driver);
  }

  /** @throws HDL027 when what it depends on mixes latencies, HDL028 when nothing drives that yet */
  of(node: Node): Latency {
    const found = this.find(node);
    return typeof found === 'object' ? found.kept : found;
  }

  private find(node: Node): Found {
    this.indexParts();
    for (const group of strongComponents([node], (vertex) => this.reads(vertex))) this.settle(group);
    return this.known.get(node);
  }

  /** Everything that has an effect agrees, and the outputs leave when `declared` says. @throws HDL027 HDL028 */
  verify(ports: readonly Port[], declared: Readonly<Record<string, number>>): DeclaredLatency {
    this.known.clear();
    for (const [target, drivers] of this.drivers) {
      for (const { value, reached } of drivers) {
        this.verifyPinned(target, value);
        const stalled = target.kind === 'reg' && this.pipeline.has(target);
        if (reached !== undefined && !stalled)
          this.agree([value, reached], () => `the assignment of ${target.name}`);
      }
      this.find(target);
    }
    for (const { name, writes } of this.parts.memories)
      for (const write of writes) this.agree(write, () => `a write of ${name}`);
    for (const instance of this.parts.instances) this.ofInputs(instance);
    for (const port of ports) this.verifyOutput(port, declared[port.name]);
    const inputs = ports.flatMap(({ name, driver }): [string, number | 'timeless'][] => {
      const pinned = driver?.kind === 'input' ? this.pinned.get(driver) : undefined;
      return pinned === undefined || pinned === 0 ? [] : [[name, pinned]];
    });
    return { inputs: Object.fromEntries(inputs), outputs: declared };
  }

  /** What the author says of a register is one cycle after what it takes in. */
  private verifyPinned(target: RegNode | WireNode, value: Node): void {
    const taken = this.find(value);
    const pinned = this.pinned.get(target);
    if (target.kind === 'wire' || typeof pinned !== 'number' || typeof taken !== 'number') return;
    if (taken + 1 === pinned) return;
    fail(
      'HDL028',
      `${describe(target)} of ${this.parts.name} is said to have latency ${pinned} and takes ${describe(value)} of latency ${taken}`,
      `write m.latency(${target.name}, ${taken + 1}) or delay what it takes`,
      [target.location, placeOf(value)],
    );
  }

  private verifyOutput({ name, direction, driver }: Port, declared: number | undefined): void {
    if (direction === 'in' || driver === undefined || declared === undefined) return;
    const found = this.of(driver);
    if (found === declared || found === undefined) return;
    const where = `output ${name} of ${this.parts.name} is declared to have latency ${declared}`;
    if (found === 'timeless') {
      fail(
        'HDL028',
        `${where}, but ${describe(driver)} comes from registers that hold state`,
        `write m.latency(${driver.name ?? 'signal'}, ${declared}) if that is right`,
        [placeOf(driver)],
      );
    }
    const fix = found < declared ? `delay it: m.delay(${driver.name ?? name}, ${declared - found}), or ` : '';
    fail('HDL028', `${where} and has ${found}: ${describe(driver)}`, `${fix}declare ${found}`, [
      placeOf(driver),
    ]);
  }

  private indexParts(): void {
    const { instances, memories } = this.parts;
    for (const instance of instances.slice(this.instances.size)) this.instances.set(instance.name, instance);
    for (const memory of memories.slice(this.memories.size)) this.memories.set(memory.name, memory);
  }

  /** Nodes that form a cycle pass through registers that hold state; the rest of the cycle is computed without those. */
  private settle(group: readonly Node[]): void {
    const [first] = group;
    if (first === undefined || this.known.has(first)) return;
    if (group.length === 1 && !this.reads(first).includes(first)) {
      this.known.set(first, this.compute(first));
      return;
    }
    for (const node of group) if (node.kind === 'reg') this.known.set(node, 'timeless');
    const rest = strongComponents(group, (vertex) => this.reads(vertex)).flat();
    for (const node of rest) if (!this.known.has(node)) this.known.set(node, this.compute(node));
  }

  /** What the latency of a node depends on. */
  private reads(node: Node): readonly Node[] {
    if (this.known.has(node) || this.pinned.has(node)) return [];
    switch (node.kind) {
      case 'op':
        return node.args;
      case 'wire':
        return this.wireReads(node);
      case 'reg':
        return this.stageInput(node) ?? [];
      case 'memoryRead':
        return this.memories.get(node.memory)?.addressOf(node.port) ?? [];
      case 'instanceOutput':
        return this.inputsOf(node);
      default:
        return [];
    }
  }

  private compute(node: Node): Found {
    const pinned = this.pinned.get(node);
    if (typeof pinned === 'number' && node.kind === 'reg') return { kept: pinned };
    if (pinned !== undefined) return pinned;
    switch (node.kind) {
      case 'const':
        return undefined;
      case 'input':
        return 0;
      case 'op':
        return this.agree(node.args, () => describe(node));
      case 'wire':
        return this.agree(this.wireReads(node), () => `the wire ${describe(node)}`);
      case 'reg':
        return this.ofRegister(node);
      case 'memoryRead':
        return this.ofRead(node);
      case 'instanceOutput':
        return this.ofOutput(node);
    }
  }

  private ofRegister(reg: RegNode): Found {
    if (!this.drivers.has(reg)) unknown(reg);
    const [input] = this.stageInput(reg) ?? [];
    return input === undefined ? 'timeless' : later(this.known.get(input), 1);
  }

  /** The one value that a pipeline register takes; undefined: it holds state. */
  private stageInput(reg: RegNode): readonly Node[] | undefined {
    const [driver, second] = this.drivers.get(reg) ?? [];
    if (driver === undefined || second !== undefined || reg.synchronizer === true) return undefined;
    return driver.reached === undefined || this.pipeline.has(reg) ? [driver.value] : undefined;
  }

  private wireReads(wire: WireNode): readonly Node[] {
    const drivers = this.drivers.get(wire) ?? [];
    if (drivers.length === 0 && wire.default === undefined) unknown(wire);
    return [
      ...drivers.flatMap(({ value, reached }) => (reached === undefined ? [value] : [value, reached])),
      ...(wire.default === undefined ? [] : [wire.default]),
    ];
  }

  /** What a memory holds is state; a read belongs to its address. */
  private ofRead(node: MemoryReadNode): Found {
    const memory = this.memories.get(node.memory);
    const [address] = memory?.addressOf(node.port) ?? [];
    const at = address === undefined ? undefined : this.known.get(address);
    return at === undefined ? 'timeless' : later(at, memory?.isRegistered(node.port) === true ? 1 : 0);
  }

  private ofOutput(node: InstanceOutputNode): Found {
    const instance = this.instances.get(node.instance);
    if (instance === undefined) return 'timeless';
    const own = instance.design.latency?.outputs[node.port];
    if (own !== undefined) return later(this.ofInputs(instance), own);
    return isCombinational(instance)
      ? this.agree(this.inputsOf(node), () => `the inputs of ${instance.name}`)
      : 'timeless';
  }

  /** The drivers that the latency of an instance's output depends on. */
  private inputsOf({ instance: name, port }: InstanceOutputNode): readonly Node[] {
    const instance = this.instances.get(name);
    if (instance === undefined) return [];
    if (instance.design.latency !== undefined) return Object.values(instance.inputs);
    if (!isCombinational(instance)) return [];
    return [...(portDependencies(instance.design).get(port) ?? [])].flatMap(
      (input) => instance.inputs[input] ?? [],
    );
  }

  /** The latency at which an instance with a declared latency is used; undefined when its inputs fit any. */
  private ofInputs({ name, design, inputs }: Instance): Found {
    if (design.latency === undefined) return undefined;
    const { inputs: offsets } = design.latency;
    const uses = Object.entries(inputs).flatMap(([port, node]): Use[] => {
      const offset = offsets[port] ?? 0;
      return offset === 'timeless' ? [] : [{ node, latency: later(this.find(node), -offset) }];
    });
    return this.common(uses, () => `the inputs of ${name}`);
  }

  private agree(nodes: readonly Node[], where: () => string): Found {
    return this.common(
      nodes.map((node) => ({ node, latency: this.known.has(node) ? this.known.get(node) : this.find(node) })),
      where,
    );
  }

  private common(uses: readonly Use[], where: () => string): Found {
    let first: Use | undefined;
    let timeless: Found;
    for (const use of uses) {
      if (use.latency === undefined) continue;
      if (use.latency === 'timeless') timeless = use.latency;
      else if (first === undefined) first = use;
      else if (!fit(first.latency, use.latency)) mixed(first, use, `${where()} in ${this.parts.name}`);
      else if (typeof use.latency === 'number') first = use;
    }
    return first === undefined ? timeless : first.latency;
  }
}

interface Use {
  readonly node: Node;
  readonly latency: Found;
}

const cyclesOf = (latency: Found): number => (typeof latency === 'object' ? latency.kept : Number(latency));

/** Whether two timed values may meet: equal latencies, or kept state and what it is about to take in. */
const fit = (a: Found, b: Found): boolean => {
  const apart = cyclesOf(a) - cyclesOf(b);
  return apart === 0 || (apart === 1 && typeof a === 'object') || (apart === -1 && typeof b === 'object');
};

const later = (latency: Found, cycles: number): Found =>
  latency === undefined || latency === 'timeless' ? latency : cyclesOf(latency) + cycles;

const isCombinational = ({ design }: Instance): boolean =>
  design.kind === 'design' ? !design.usesClock : design.clockPort === undefined;

const unknown = (node: RegNode | WireNode): never =>
  fail(
    'HDL028',
    `the latency of ${describe(node)} is not known here: nothing drives it yet`,
    `drive it first, or write m.latency(${node.name}, n)`,
  );

const mixed = (a: Use, b: Use, where: string): never => {
  const keys = [a.node.name ?? 'a', b.node.name ?? 'b'].join(', ');
  return fail(
    'HDL027',
    `${where} takes ${describe(a.node)} of latency ${cyclesOf(a.latency)} and ${describe(b.node)} of latency ${cyclesOf(b.latency)}`,
    `write m.align({ ${keys} })`,
    [placeOf(a.node), placeOf(b.node)],
  );
};

/** Where the author wrote a signal, or else the nearest signal that it is made of. */
const placeOf = (node: Node): SourceLocation | undefined => {
  const open = [node];
  for (let i = 0; i < open.length && i < 1000; i++) {
    const { location, ...next } = open[i] ?? node;
    if (location !== undefined) return location;
    if (next.kind === 'op') open.push(...next.args);
  }
  return undefined;
};
