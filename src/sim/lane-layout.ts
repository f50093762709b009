/** Chooses positions such that most neighbours are at a constant distance. */

import { CHUNK, type LaneLayout } from './lane-array.js';
import { roundUp } from './layout.js';

/** For one input port: the lane whose register drives it, by lane; -1: none. */
export type Links = Int32Array;

const countLinks = (links: Links): number => links.reduce((count, from) => count + (from >= 0 ? 1 : 0), 0);

/**
 * Lines the lanes up along the links of the port that has most: rows of equal stride with one position of padding
 * before each. Rows follow each other along the links of a second port, with a row of padding before each run of rows.
 */
export function layOut(count: number, ports: readonly Links[]): LaneLayout {
  const [along] = [...ports].sort((a, b) => countLinks(b) - countLinks(a));
  if (along === undefined || countLinks(along) === 0) {
    return finish(
      Array.from({ length: count }, (_, i) => i),
      0,
    );
  }
  const chains = paths(count, along);
  const longest = Math.max(...chains.map(({ length }) => length));
  const stride = longest + 1;
  const isRegular = chains.length * stride <= 1.5 * count + 16;
  const across = isRegular ? linksOfRows(chains, ports) : undefined;
  const runs = across === undefined ? [chains.map((_, row) => row)] : paths(chains.length, across);
  const positions = new Array<number>(count).fill(0);
  let next = 0;
  for (const run of runs) {
    if (across !== undefined) next += stride;
    for (const row of run) {
      const chain = chains[row] ?? [];
      chain.forEach((lane, i) => (positions[lane] = next + 1 + i));
      next += isRegular ? stride : chain.length + 1;
    }
  }
  return finish(positions, stride);
}

/** Splits elements into paths along links; an element that several follow continues with the first of them. */
function paths(count: number, from: Links): number[][] {
  const next = new Int32Array(count).fill(-1);
  const isNext = new Uint8Array(count);
  from.forEach((before, i) => {
    if (before < 0 || before === i || next[before] !== -1) return;
    next[before] = i;
    isNext[i] = 1;
  });
  const found: number[][] = [];
  const done = new Uint8Array(count);
  const follow = (start: number): void => {
    const path: number[] = [];
    for (let i = start; i >= 0 && done[i] === 0; i = next[i] ?? -1) {
      done[i] = 1;
      path.push(i);
    }
    if (path.length > 0) found.push(path);
  };
  for (let i = 0; i < count; i++) if (isNext[i] === 0) follow(i);
  // What is left are rings, cut at their first element.
  for (let i = 0; i < count; i++) follow(i);
  return found;
}

/** The row before each row, by the port that links most first elements to first elements of other rows. */
function linksOfRows(chains: readonly (readonly number[])[], ports: readonly Links[]): Links | undefined {
  const rowOfHead = new Map(chains.map((chain, row) => [chain[0] ?? -1, row]));
  const candidates = ports.map((links) =>
    Int32Array.from(chains, ([head], row) => {
      const before = rowOfHead.get(links[head ?? -1] ?? -1);
      return before === undefined || before === row ? -1 : before;
    }),
  );
  const [best] = candidates.sort((a, b) => countLinks(b) - countLinks(a));
  return best === undefined || countLinks(best) === 0 ? undefined : best;
}

/** Moves the positions up so that shifts of up to a row stay in memory. */
function finish(positions: readonly number[], stride: number): LaneLayout {
  const margin = roundUp(stride + 1, CHUNK);
  const lowest = positions.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = positions.reduce((a, b) => Math.max(a, b), 0);
  const first = margin;
  const end = first + roundUp(highest - lowest + 1, CHUNK);
  return {
    positions: positions.map((position) => position - lowest + first),
    first,
    end,
    size: end + margin,
  };
}
