/** What a simulation has exercised, as a plain value: toggled bits, visited states, covered properties. */

import { SimError } from './errors.js';

export interface SignalToggles {
  /** Hierarchical name. */
  readonly name: string;
  /** Bits that can toggle: those of the value range, at most the declared width. */
  readonly width: number;
  /** Bits that went from 0 to 1 between two clock edges, and from 1 to 0, in hexadecimal. */
  readonly rose: string;
  readonly fell: string;
}

export interface StateVisits {
  readonly name: string;
  /** Clock edges that saw each state, 0 for a state never reached. */
  readonly cycles: Readonly<Record<string, number>>;
  /** Changes of state that happened, and how often. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly times: number }[];
}

export interface CoverHits {
  /** Hierarchical name of the instance, empty for the top. */
  readonly instance: string;
  readonly message: string;
  readonly hits: number;
  /** Clock edges before the first hit; null when there was none. */
  readonly first: number | null;
}

/** Plain data: `JSON.stringify` keeps all of it. */
export interface Coverage {
  readonly schemaVersion: 1;
  readonly design: string;
  /** Clock edges at which values were looked at. */
  readonly cycles: number;
  readonly toggles: readonly SignalToggles[];
  readonly states: readonly StateVisits[];
  readonly covers: readonly CoverHits[];
}

/** The coverage of several runs of one design together. @throws SimError bad-coverage when the designs differ */
export function mergeCoverage(runs: readonly Coverage[]): Coverage {
  const [first, ...others] = runs;
  if (first === undefined) throw new SimError('bad-coverage', 'there is no run to merge');
  return others.reduce(mergeTwo, first);
}

function mergeTwo(a: Coverage, b: Coverage): Coverage {
  const pair = <T>(left: readonly T[], right: readonly T[], keyOf: (item: T) => string): [T, T][] => {
    const fits = left.length === right.length;
    return left.map((item, i) => {
      const other = right[i];
      if (fits && other !== undefined && keyOf(item) === keyOf(other)) return [item, other];
      throw new SimError(
        'bad-coverage',
        `${a.design} and ${b.design} differ at ${keyOf(item)}: only runs of the same design can be merged`,
      );
    });
  };
  const or = (x: string, y: string): string => (BigInt(`0x${x}`) | BigInt(`0x${y}`)).toString(16);
  return {
    ...a,
    cycles: a.cycles + b.cycles,
    toggles: pair(a.toggles, b.toggles, ({ name, width }) => `${name} (${width})`).map(([x, y]) => ({
      ...x,
      rose: or(x.rose, y.rose),
      fell: or(x.fell, y.fell),
    })),
    states: pair(a.states, b.states, ({ name }) => name).map(([x, y]) => mergeStates(x, y)),
    covers: pair(a.covers, b.covers, ({ instance, message }) => `${instance}: ${message}`).map(([x, y]) => ({
      ...x,
      hits: x.hits + y.hits,
      first: x.first === null || y.first === null ? (x.first ?? y.first) : Math.min(x.first, y.first),
    })),
  };
}

function mergeStates(a: StateVisits, b: StateVisits): StateVisits {
  const cycles = { ...a.cycles };
  for (const [state, count] of Object.entries(b.cycles)) cycles[state] = (cycles[state] ?? 0) + count;
  const transitions = new Map(a.transitions.map((item) => [`${item.from} ${item.to}`, item]));
  for (const item of b.transitions) {
    const key = `${item.from} ${item.to}`;
    transitions.set(key, { ...item, times: item.times + (transitions.get(key)?.times ?? 0) });
  }
  return { name: a.name, cycles, transitions: [...transitions.values()] };
}

/** Lines for people: totals, then what is missing, at most `limit` lines of each kind (default 20). */
export function coverageReport(coverage: Coverage, { limit = 20 }: { readonly limit?: number } = {}): string {
  const { toggles, states, covers } = coverage;
  const possible = toggles.reduce((sum, { width }) => sum + 2 * width, 0);
  const toggled = toggles.reduce((sum, { rose, fell }) => sum + ones(rose) + ones(fell), 0);
  const all = states.flatMap(({ cycles }) => Object.values(cycles));
  const visited = all.filter((count) => count > 0).length;
  const hit = covers.filter(({ hits }) => hits > 0).length;
  return [
    `coverage of ${coverage.design} over ${coverage.cycles} cycles`,
    `toggles ${share(toggled, possible)}`,
    ...shortened(toggles.flatMap(missingToggles), limit),
    `states  ${share(visited, all.length)}`,
    ...shortened(states.flatMap(stateLines), limit),
    `covers  ${share(hit, covers.length)}`,
    ...shortened(covers.map(coverLine), limit),
  ].join('\n');
}

const share = (part: number, whole: number): string =>
  whole === 0 ? 'none to count' : `${((100 * part) / whole).toFixed(1)} % (${part} of ${whole})`;

const shortened = (lines: readonly string[], limit: number): readonly string[] =>
  lines.length <= limit ? lines : [...lines.slice(0, limit), `  ... and ${lines.length - limit} more`];

const ones = (hex: string): number => BigInt(`0x${hex}`).toString(2).replaceAll('0', '').length;

function missingToggles({ name, width, rose, fell }: SignalToggles): readonly string[] {
  const missing = (mask: string): bigint => ~BigInt(`0x${mask}`) & ((1n << BigInt(width)) - 1n);
  const parts = [
    ...(missing(rose) === 0n ? [] : [`never rose${bits(missing(rose), width)}`]),
    ...(missing(fell) === 0n ? [] : [`never fell${bits(missing(fell), width)}`]),
  ];
  return parts.length === 0 ? [] : [`  ${name}  ${parts.join('; ')}`];
}

/** `: 7, 3..0`, highest first; nothing for a single bit. */
function bits(mask: bigint, width: number): string {
  const ranges: string[] = [];
  for (let high = width - 1; high >= 0; high--) {
    if (((mask >> BigInt(high)) & 1n) === 0n) continue;
    let low = high;
    while (low > 0 && ((mask >> BigInt(low - 1)) & 1n) === 1n) low--;
    ranges.push(low === high ? `${high}` : `${high}..${low}`);
    high = low;
  }
  return width === 1 ? '' : `: ${ranges.join(', ')}`;
}

function stateLines({ name, cycles, transitions }: StateVisits): readonly string[] {
  const counts = Object.entries(cycles).map(([state, count]) => `${state} ${count}`);
  const changes = transitions.map(({ from, to, times }) => `    ${from} -> ${to} ${times}`);
  return [`  ${name}  ${counts.join(', ')}`, ...changes];
}

function coverLine({ instance, message, hits, first }: CoverHits): string {
  const where = instance === '' ? '' : `${instance}: `;
  return first === null
    ? `  ${where}${message}  never`
    : `  ${where}${message}  ${hits} times, first in cycle ${first}`;
}
