/** docs/results/sweep-384.md from what was measured. */
import { designsOf, spreadOf, type Spread, type SweepReport } from '../../src/report/index.js';
import type { Dispatch } from '../sweep/dispatch.js';

/** All seeds of one network on one array of one part. */
export interface SweepDesign {
  readonly model: string;
  readonly pe: string;
  readonly array: string;
  readonly device: string;
  readonly accuracy: number | null;
  readonly seeds: number;
  /** Seeds that were placed and routed; 0: `reason` says why. */
  readonly placed: number;
  readonly luts: number | null;
  readonly fmaxMHz: Spread | null;
  readonly picturesPerSecond: number | null;
  readonly reason: string | null;
}

export interface Results {
  readonly nomul: string;
  readonly tools: readonly { readonly tool: string; readonly version: string }[];
  readonly points: number;
  readonly done: number;
  readonly infeasible: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly second: { readonly jobs: number; readonly seconds: number };
  readonly dispatch: Dispatch;
  readonly designs: readonly SweepDesign[];
  /** Points that are not done though other seeds of their design are, or that failed. */
  readonly exceptions: readonly {
    readonly point: string;
    readonly status: string;
    readonly reason: string;
  }[];
}

export const designsWith = ({ points }: SweepReport): readonly SweepDesign[] =>
  designsOf(points).map(({ points: seeds, done, fmax }) => {
    const first = done[0] ?? seeds[0];
    if (first === undefined) throw new RangeError('a design has points');
    return {
      ...{ seeds: seeds.length, placed: done.length },
      ...{ model: first.model, pe: first.pe, array: `${first.rows}x${first.columns}`, device: first.device },
      accuracy: first.accuracy?.after ?? null,
      luts: first.synthesized?.luts ?? null,
      fmaxMHz: fmax,
      picturesPerSecond: spreadOf(seeds.flatMap((seed) => seed.inferencesPerSecond ?? []))?.median ?? null,
      reason: first.reason,
    };
  });

export const exceptionsOf = ({ points }: SweepReport): Results['exceptions'] =>
  designsOf(points).flatMap(({ label, points: seeds, done }) =>
    seeds
      .filter(({ status }) => status !== 'done' && (done.length > 0 || status !== 'infeasible'))
      .map(({ seed, status, reason }) => ({
        point: `${label}, seed ${seed}`,
        ...{ status, reason: reason ?? 'no reason given' },
      })),
  );

const cell = (design: SweepDesign | undefined): string => {
  if (design === undefined) return '–';
  const { seeds, placed, luts, fmaxMHz, picturesPerSecond, reason } = design;
  if (placed === 0 || luts === null || fmaxMHz === null) return shortReason(reason ?? 'not done');
  const speed = picturesPerSecond === null ? '–' : Math.round(picturesPerSecond).toLocaleString('en');
  const { min, median, max } = fmaxMHz;
  const some = placed < seeds ? `; ${placed} of ${seeds} seeds` : '';
  return `${luts} LUTs; ${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)}) MHz; ${speed} /s${some}`;
};

/** `the design does not fit hx8k: 9531 LUTs needed, 7680 available; ...` -> `9531 LUTs needed, 7680 available` */
const shortReason = (reason: string): string =>
  `*${/ fit [^:]*: ([^.;]*)/.exec(reason)?.[1] ?? /^nextpnr finds no legal place/.exec(reason)?.[0] ?? reason}*`;

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];

const table = (designs: readonly SweepDesign[], model: string, device: string): string => {
  const own = designs.filter((design) => design.model === model && design.device === device);
  const arrays = unique(own.map(({ array }) => array));
  const rows = unique(own.map(({ pe }) => pe)).map((pe) => {
    const accuracy = own.find((design) => design.pe === pe)?.accuracy ?? null;
    const cells = arrays.map((array) => cell(own.find((each) => each.pe === pe && each.array === array)));
    return `| ${[pe, accuracy === null ? '–' : `${(100 * accuracy).toFixed(2)} %`, ...cells].join(' | ')} |`;
  });
  return [
    `### ${model} on ${device}`,
    '',
    `| PEs | accuracy | ${arrays.join(' | ')} |`,
    `|---|--:|${arrays.map(() => '---').join('|')}|`,
    ...rows,
    '',
  ].join('\n');
};

export const page = (results: Results): string => {
  const { points, done, infeasible, failed, unfinished, second, dispatch, designs, exceptions } = results;
  const tools = results.tools.map(({ tool, version }) => `${tool} ${version}`);
  const hours = (dispatch.stageSeconds / 3600).toFixed(1);
  const sections = unique(designs.map(({ model }) => model)).flatMap((model) =>
    unique(designs.map(({ device }) => device)).map((device) => table(designs, model, device)),
  );
  const seedsApart = exceptions.map(({ point, status, reason }) => `- ${point}: ${status}; ${reason}\n`);
  return `# A sweep of ${points} points

Two networks, four kinds of PEs, four arrays, four parts, three seeds of place and route: \`make bench BENCH=sweep-384\`, the sweep file
is [issue-384.json](../../bench/sweeps/issue-384.json). ${done} points are done, ${infeasible} infeasible, ${failed} failed, ${unfinished} unfinished.

- ${dispatch.jobs.toLocaleString('en')} stages took workers ${hours} hours, in several sittings; dispatching and bookkeeping took ${(100 * dispatch.share).toFixed(2)} % of
  their time (bar: 1 %; without the first stage of each worker and those that were stopped from outside).
- A second run has ${second.jobs} jobs to do and ends after ${second.seconds.toFixed(1)} s.

Networks that do not come in a kind's weights are rounded to them without training (\`roundWeights\`): their accuracies say what rounding
costs, not what the methods reach ([methods](methods.md)). LUTs after synthesis; MHz: median (least to most) of the seeds; pictures per
second at the median clock. In italics: why a design is infeasible.

${seedsApart.length === 0 ? '' : `Seeds that ended otherwise than those beside them:\n\n${seedsApart.join('')}\n`}${sections.join('\n')}
nomul ${results.nomul}; ${tools.join(', ')}. Data: \`bench/results/sweep-384.json\`.
`;
};
