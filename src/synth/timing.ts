import { z } from 'zod';
import { parseJson } from './cell-counts.js';
import { authorSignal } from './signal-names.js';

/** One step of a path: through a cell (`clock-to-q`, `logic`, `setup`) or along a net (`routing`). */
export interface PathHop {
  readonly kind: 'clock-to-q' | 'routing' | 'logic' | 'setup' | 'other';
  readonly delayNs: number;
  /** The author's signal: what the net carries, or what the cell computes. */
  readonly signal: string;
  /** The tool's own name of the net or cell. */
  readonly netlistName: string;
}

export interface CriticalPath {
  /** The author's signals at both ends. */
  readonly from: string;
  readonly to: string;
  readonly delayNs: number;
  readonly hops: readonly PathHop[];
}

export interface Timing {
  /** Of the slowest clock; absent when nothing is clocked. */
  readonly fmaxMHz?: number;
  readonly constraintMHz?: number;
  /** Every clock reaches what was asked of it. */
  readonly timingMet: boolean;
  /** Register to register of the slowest clock, or the longest path of all in a design without clocks. */
  readonly criticalPath?: CriticalPath;
  /** By the tool's cell type. */
  readonly utilization: Readonly<Record<string, { readonly used: number; readonly available: number }>>;
}

const pin = z.object({ cell: z.string(), port: z.string() });
const reportFile = z.object({
  fmax: z.record(z.string(), z.object({ achieved: z.number(), constraint: z.number() })),
  utilization: z.record(z.string(), z.object({ used: z.number(), available: z.number() })),
  critical_paths: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      path: z.array(
        z.object({ type: z.string(), delay: z.number(), from: pin, to: pin, net: z.string().optional() }),
      ),
    }),
  ),
});
type Report = z.infer<typeof reportFile>;

/** Reads nextpnr's `--report` file. Throws `UnreadableReport`. */
export function readTiming(path: string): Timing {
  const { fmax, utilization, critical_paths: paths } = parseJson(path, reportFile);
  const clocks = Object.entries(fmax).sort(([, a], [, b]) => a.achieved - b.achieved);
  const slowest = clocks[0];
  const chosen = choosePath(paths, slowest?.[0]);
  return {
    ...(slowest === undefined ? {} : { fmaxMHz: slowest[1].achieved, constraintMHz: slowest[1].constraint }),
    timingMet: clocks.every(([, { achieved, constraint }]) => achieved >= constraint),
    ...(chosen === undefined ? {} : { criticalPath: describePath(chosen) }),
    utilization,
  };
}

function choosePath(
  paths: Report['critical_paths'],
  clock: string | undefined,
): Report['critical_paths'][number] | undefined {
  const edge = (end: string): boolean => clock !== undefined && end.replace(/^(pos|neg)edge /, '') === clock;
  const inClock = paths.filter(({ from, to }) => edge(from) && edge(to));
  const longestFirst = [...(inClock.length > 0 ? inClock : paths)].sort(
    (a, b) => totalDelay(b) - totalDelay(a),
  );
  return longestFirst[0];
}

function totalDelay({ path }: Report['critical_paths'][number]): number {
  return path.reduce((total, { delay }) => total + delay, 0);
}

function describePath(entry: Report['critical_paths'][number]): CriticalPath {
  const hops = entry.path.map(({ type, delay, from, to, net }): PathHop => {
    const netlistName = net ?? (type === 'setup' ? to.cell : from.cell);
    return { kind: hopKind(type), delayNs: delay, signal: authorSignal(netlistName), netlistName };
  });
  const signals = hops.map(({ signal }) => signal).filter((signal) => signal !== '');
  return { from: signals[0] ?? '', to: signals.at(-1) ?? '', delayNs: totalDelay(entry), hops };
}

function hopKind(type: string): PathHop['kind'] {
  switch (type) {
    case 'clk-to-q':
      return 'clock-to-q';
    case 'routing':
    case 'logic':
    case 'setup':
      return type;
    default:
      return 'other';
  }
}

/** A path in one line: delay, ends, and the author's signals along it without repetition. */
export function formatCriticalPath({ from, to, delayNs, hops }: CriticalPath): string {
  const signals = hops
    .map(({ signal }) => signal)
    .filter((signal, index, all) => signal !== '' && signal !== all[index - 1]);
  return `${delayNs.toFixed(2)} ns from ${from} to ${to} through ${signals.join(' > ')}`;
}
