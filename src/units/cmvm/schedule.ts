/** In which cycle each node of an adder graph is ready, with few registers. */

import { depths, graphDepth, type AdderGraph } from './adder-graph.js';

export interface Schedule {
  /** Adder levels of the whole graph. */
  readonly levels: number;
  /** Level at whose end each node is ready: 0 for inputs, 1 .. levels for adders. */
  readonly level: readonly number[];
}

/**
 * Levels between as early and as late as possible, moved until no single node saves registers. With a register after every
 * level, a node of width w that is ready at level a and last read at level b takes w * (b - a) bits.
 */
export const scheduleOf = (graph: AdderGraph, widths: readonly number[]): Schedule => {
  const levels = graphDepth(graph);
  const { inputs, adders } = graph;
  const level = [...depths(graph)];
  const readers: number[][] = level.map(() => []);
  adders.forEach(({ left, right }, index) => {
    readers[left]?.push(inputs + index);
    readers[right]?.push(inputs + index);
  });
  const outputs = new Set(graph.outputs.map(({ node }) => node));
  /** Level up to whose start a node is kept. */
  const lastUse = (node: number): number =>
    Math.max(
      outputs.has(node) ? levels : (level[node] ?? 0),
      ...(readers[node] ?? []).map((reader) => (level[reader] ?? 0) - 1),
    );
  const bitsAt = (node: number): number => (widths[node] ?? 0) * (lastUse(node) - (level[node] ?? 0));
  /** Register bits that depend on this adder's level. */
  const bitsAround = (node: number, left: number, right: number): number =>
    bitsAt(node) + bitsAt(left) + (right === left ? 0 : bitsAt(right));

  for (let moved = true; moved;) {
    moved = false;
    for (let index = adders.length - 1; index >= 0; index--) {
      const adder = adders[index];
      if (adder === undefined) continue;
      const { left, right } = adder;
      const node = inputs + index;
      const present = level[node] ?? 0;
      const first = 1 + Math.max(level[left] ?? 0, level[right] ?? 0);
      const last = Math.min(levels, ...(readers[node] ?? []).map((reader) => (level[reader] ?? 0) - 1));
      let best = { at: present, bits: bitsAround(node, left, right) };
      for (let at = first; at <= last; at++) {
        level[node] = at;
        const bits = bitsAround(node, left, right);
        if (bits < best.bits) best = { at, bits };
      }
      level[node] = best.at;
      moved ||= best.at !== present;
    }
  }
  return { levels, level };
};
