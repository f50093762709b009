/** In which clock domains the values come about that a node depends on within one cycle. Linear: each node is looked at once. */
import { outerDomain } from '../domains.js';
import type { Design, ExternalDesign, Instance, Node, SourceLocation } from '../ir.js';
import { Dependencies } from './dependencies.js';

/** A node whose value changes with the clock of `domain` (undefined: the default one). */
export interface Origin {
  readonly node: Node;
  readonly domain: string | undefined;
}

/** Up to two origins, of different domains: what decides whether a value may be read in a domain. Empty: a constant. */
export type Origins = readonly [] | readonly [Origin] | readonly [Origin, Origin];

/** The origin that does not belong to `domain`. */
export const foreign = (origins: Origins, domain: string | undefined): Origin | undefined =>
  origins.find((origin) => origin.domain !== domain);

export const joined = (a: Origins, b: Origins): Origins => {
  const [first] = a;
  if (first === undefined) return b;
  if (a.length === 2) return a;
  const other = foreign(b, first.domain);
  return other === undefined ? a : [first, other];
};

/** Without a clock and without named domains, a Design's ports may be in any domain. */
export const isClockless = (design: Design | ExternalDesign): boolean =>
  (design.kind === 'design'
    ? !design.usesClock && design.domains === undefined
    : design.clockPort === undefined) && design.ports.every(({ domain }) => domain === undefined);

export class OriginFinder {
  private readonly dependencies: Dependencies;
  private readonly known = new Map<Node, Origins>();
  private readonly instances: ReadonlyMap<string, Instance>;

  constructor(private readonly design: Design) {
    this.dependencies = new Dependencies(design);
    this.instances = new Map(design.instances.map((instance) => [instance.name, instance]));
    for (const { direction, driver, domain } of design.ports) {
      if (direction === 'in' && driver !== undefined) this.known.set(driver, [{ node: driver, domain }]);
    }
    for (const reg of design.regs) this.known.set(reg, [{ node: reg, domain: reg.domain }]);
    for (const { readPorts } of design.memories) {
      for (const { data, domain } of readPorts)
        for (const node of data) this.known.set(node, [{ node, domain }]);
    }
    for (const instance of design.instances) this.addOutputs(instance);
  }

  private addOutputs(instance: Instance): void {
    if (isClockless(instance.design)) return;
    for (const { name, direction, domain } of instance.design.ports) {
      const node = instance.outputs[name];
      if (direction === 'in' || node === undefined) continue;
      this.known.set(node, [{ node, domain: outerDomain(instance, domain) }]);
    }
  }

  of(root: Node): Origins {
    const path = this.known.has(root) ? [] : [{ node: root, reads: this.dependencies.of(root), next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const read = top.reads[top.next++];
      if (read === undefined) {
        this.known.set(
          top.node,
          top.reads.reduce<Origins>((found, node) => joined(found, this.known.get(node) ?? []), []),
        );
        path.pop();
      } else if (!this.known.has(read)) {
        path.push({ node: read, reads: this.dependencies.of(read), next: 0 });
      }
    }
    return this.known.get(root) ?? [];
  }

  /** The nodes from an origin outside `domain` to `root`. */
  pathFrom(root: Node, domain: string | undefined): readonly Node[] {
    const path: Node[] = [];
    for (let node: Node | undefined = root; node !== undefined; node = this.foreignRead(node, domain))
      path.push(node);
    return path.reverse();
  }

  private foreignRead(node: Node, domain: string | undefined): Node | undefined {
    if (this.isOrigin(node)) return undefined;
    return this.dependencies.of(node).find((read) => foreign(this.of(read), domain) !== undefined);
  }

  private isOrigin(node: Node): boolean {
    return this.of(node).some((origin) => origin.node === node);
  }

  /** Whether a value comes straight from registers or ports: logic may change it for a moment at a clock edge. */
  isWiring(root: Node): boolean {
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const [only, ...others] = this.dependencies.of(node);
      if (node.kind === 'memoryRead' && only !== undefined) return false;
      if (this.isOrigin(node) || node.kind === 'const') continue;
      const isPicked = node.kind === 'op' && ['cast', 'slice', 'not', 'cat'].includes(node.op);
      const isAlias = node.kind === 'wire' && others.length === 0;
      if (!isPicked && !isAlias) return false;
      open.push(...this.dependencies.of(node));
    }
    return true;
  }

  /** Where the author made a node. */
  placeOf(node: Node): SourceLocation | undefined {
    if (node.kind === 'instanceOutput') return this.instances.get(node.instance)?.location;
    if (node.kind !== 'memoryRead') return node.location;
    return this.design.memories.find(({ name }) => name === node.memory)?.location;
  }
}
