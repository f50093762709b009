/** What a value depends on within one clock cycle, through wires, asynchronous reads and instances. */
import type { Design, ExternalDesign, Instance, Memory, Node } from '../ir.js';
import { strongComponents } from './strong-components.js';
import { operands } from './walk.js';
import { wireDrivers, type WireDriver } from './wire-drivers.js';

/** For each output port, the input ports that it depends on in the same cycle. */
export type PortDependencies = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Summaries of finished Designs. A Design never changes, so this only remembers results; it goes with the Designs.
 */
const summaries = new WeakMap<Design | ExternalDesign, PortDependencies>();

const nothing: readonly Node[] = [];

export class Dependencies {
  /** What decides each wire. */
  readonly wires: ReadonlyMap<Node, WireDriver>;
  private readonly instances: ReadonlyMap<string, Instance>;
  private readonly memories: ReadonlyMap<string, Memory>;

  constructor(private readonly design: Design) {
    this.wires = wireDrivers(design);
    this.instances = new Map(design.instances.map((instance) => [instance.name, instance]));
    this.memories = new Map(design.memories.map((memory) => [memory.name, memory]));
  }

  /** The nodes that `node` reads in the same cycle; none for inputs, registers and registered reads. */
  of(node: Node): readonly Node[] {
    if (node.kind === 'wire') {
      const driver = this.wires.get(node);
      return driver === undefined ? nothing : [...driver.values, ...driver.controls];
    }
    if (node.kind === 'instanceOutput') return this.throughInstance(node.instance, node.port);
    if (node.kind !== 'memoryRead') return operands(node);
    const port = this.memories.get(node.memory)?.readPorts[node.port];
    return port === undefined || port.sync ? nothing : [port.address];
  }

  private throughInstance(name: string, port: string): readonly Node[] {
    const instance = this.instances.get(name);
    const inputs = instance === undefined ? undefined : portDependencies(instance.design).get(port);
    if (instance === undefined || inputs === undefined || inputs.size === 0) return nothing;
    return [...inputs].flatMap((input) => instance.inputs[input] ?? []);
  }

  /** Whether some node depends on itself, all bits of a value taken together. */
  hasLoop(): boolean {
    const done = new Set<Node>();
    for (const root of this.roots()) if (this.closesLoop(root, done)) return true;
    return false;
  }

  /** Every node that lies on a loop. */
  loopNodes(): ReadonlySet<Node> {
    const groups = strongComponents(this.roots(), (node) => this.of(node));
    return new Set(
      groups
        .filter(
          ([first, ...others]) =>
            others.length > 0 || (first !== undefined && this.of(first).includes(first)),
        )
        .flat(),
    );
  }

  private closesLoop(root: Node, done: Set<Node>): boolean {
    if (done.has(root)) return false;
    const onPath = new Set<Node>();
    const path: { readonly node: Node; readonly reads: readonly Node[]; next: number }[] = [];
    const enter = (node: Node): void => {
      const reads = this.of(node);
      if (reads.length === 0) {
        done.add(node);
        return;
      }
      onPath.add(node);
      path.push({ node, reads, next: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const read = top.reads[top.next++];
      if (read === undefined) {
        done.add(top.node);
        onPath.delete(top.node);
        path.pop();
      } else if (onPath.has(read)) return true;
      else if (!done.has(read)) enter(read);
    }
    return false;
  }

  /** Where loops can pass: every loop goes through a wire, an instance or an asynchronous read. */
  private *roots(): Generator<Node> {
    yield* this.design.wires;
    for (const { outputs } of this.design.instances) yield* Object.values(outputs);
    for (const { readPorts } of this.design.memories) {
      for (const { sync, data } of readPorts) if (!sync) yield* data;
    }
  }

  /** Which inputs each output depends on. The Design must be free of loops. */
  summary(): PortDependencies {
    const inputs = this.design.ports.filter(({ direction }) => direction === 'in').map(({ name }) => name);
    const bitOf = new Map(inputs.map((name, index) => [name, 1n << BigInt(index)]));
    const masks = new Map<Node, bigint>();
    const summary = new Map<string, ReadonlySet<string>>();
    for (const { name, direction, driver } of this.design.ports) {
      if (direction !== 'out' || driver === undefined) continue;
      const mask = this.inputMask(driver, masks, bitOf);
      summary.set(name, new Set(inputs.filter((_, index) => ((mask >> BigInt(index)) & 1n) === 1n)));
    }
    return summary;
  }

  private inputMask(root: Node, masks: Map<Node, bigint>, bitOf: ReadonlyMap<string, bigint>): bigint {
    const path = [{ node: root, reads: this.of(root), next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const read = top.reads[top.next++];
      if (read === undefined) {
        const own = top.node.kind === 'input' ? (bitOf.get(top.node.name) ?? 0n) : 0n;
        masks.set(
          top.node,
          top.reads.reduce((mask, node) => mask | (masks.get(node) ?? 0n), own),
        );
        path.pop();
      } else if (!masks.has(read)) path.push({ node: read, reads: this.of(read), next: 0 });
    }
    return masks.get(root) ?? 0n;
  }
}

/** The same-cycle paths through a finished Design; a cell with a clock is taken to have none, one without to have all. */
export function portDependencies(design: Design | ExternalDesign): PortDependencies {
  const known = summaries.get(design);
  if (known !== undefined) return known;
  const summary = design.kind === 'design' ? new Dependencies(design).summary() : externalSummary(design);
  summaries.set(design, summary);
  return summary;
}

function externalSummary({ ports, clockPort }: ExternalDesign): PortDependencies {
  const inputs = ports.filter(({ direction }) => direction === 'in').map(({ name }) => name);
  const outputs = ports.filter(({ direction }) => direction === 'out');
  return new Map(outputs.map(({ name }) => [name, new Set(clockPort === undefined ? inputs : [])]));
}
