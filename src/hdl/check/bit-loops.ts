/** Loops bit by bit: a wire whose upper bits are computed from its lower ones is no loop. */
import type { Node } from '../ir.js';
import { type Bit, bitReads } from './bits.js';
import type { Dependencies } from './dependencies.js';
import { strongComponents } from './strong-components.js';

/** The nodes on coarse loops, bit by bit. */
export class BitGraph {
  private readonly first = new Map<Node, number>();
  private readonly bits: Bit[] = [];
  private readonly groups: readonly (readonly number[])[];

  constructor(
    nodes: Iterable<Node>,
    private readonly dependencies: Dependencies,
  ) {
    for (const node of nodes) {
      this.first.set(node, this.bits.length);
      for (let bit = 0; bit < node.type.width; bit++) this.bits.push({ node, bit });
    }
    this.groups = strongComponents(this.bits.keys(), (vertex) => this.reads(vertex));
  }

  /** The shortest way round a loop, each bit reading the next and the last the first; undefined when every loop is false. */
  loop(): readonly Bit[] | undefined {
    const group = this.groups.find((candidate) => this.isLoop(candidate));
    const [start] = [...(group ?? [])].sort((a, b) => a - b);
    return group === undefined || start === undefined ? undefined : this.shortest(start, new Set(group));
  }

  /** The nodes of which every bit is on a loop: their bits need no number. */
  wholeNodes(): ReadonlySet<Node> {
    const looping = new Set(this.groups.filter((group) => this.isLoop(group)).flat());
    return new Set(
      [...this.first].flatMap(([node, first]) => {
        for (let bit = 0; bit < node.type.width; bit++) if (!looping.has(first + bit)) return [];
        return [node];
      }),
    );
  }

  /** For each bit of each wire, how many wires a signal passes on the longest way to it. There must be no loop. */
  levels(): ReadonlyMap<Node, readonly number[]> {
    const levels: number[] = [];
    const ofWires = new Map<Node, number[]>();
    for (const [vertex] of this.groups) {
      if (vertex === undefined) continue;
      const below = this.reads(vertex).reduce(
        (most, read) => Math.max(most, this.levelAbove(read, levels)),
        0,
      );
      levels[vertex] = below;
      const { node, bit } = this.at(vertex);
      if (node.kind !== 'wire') continue;
      const own = ofWires.get(node) ?? [];
      own[bit] = below;
      ofWires.set(node, own);
    }
    return ofWires;
  }

  private levelAbove(vertex: number, levels: readonly number[]): number {
    return (levels[vertex] ?? 0) + (this.at(vertex).node.kind === 'wire' ? 1 : 0);
  }

  private at(vertex: number): Bit {
    const bit = this.bits[vertex];
    if (bit === undefined) throw new RangeError(`no bit ${vertex}`);
    return bit;
  }

  private reads(vertex: number): readonly number[] {
    return bitReads(this.at(vertex), this.dependencies).flatMap(({ node, bit }) => {
      const first = this.first.get(node);
      return first === undefined ? [] : [first + bit];
    });
  }

  private isLoop(group: readonly number[]): boolean {
    const [only] = group;
    return group.length > 1 || (only !== undefined && this.reads(only).includes(only));
  }

  private shortest(start: number, group: ReadonlySet<number>): readonly Bit[] {
    const reader = new Map<number, number>();
    const open = [start];
    for (const vertex of open) {
      for (const read of this.reads(vertex)) {
        if (!group.has(read) || reader.has(read)) continue;
        reader.set(read, vertex);
        if (read === start) return this.wayTo(start, reader);
        open.push(read);
      }
    }
    return [];
  }

  private wayTo(start: number, reader: ReadonlyMap<number, number>): readonly Bit[] {
    const way: Bit[] = [];
    let vertex: number | undefined = start;
    do {
      way.unshift(this.at(vertex));
      vertex = reader.get(vertex);
    } while (vertex !== undefined && vertex !== start);
    const last = way.pop();
    return last === undefined ? way : [last, ...way];
  }
}
