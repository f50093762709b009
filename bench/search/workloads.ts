/** What the search is measured on: the networks of the methods bench, a target, what may be chosen, what it is compared with. */
import { digits, famesStart, fashion, type Job, type Workload } from '../methods/workloads.js';

export interface SearchWorkload {
  readonly workload: Workload;
  readonly target: 'hx8k' | 'up5k' | 'ecp5-25k';
  readonly array: { readonly rows: number; readonly columns: number };
  readonly activationBits: readonly number[];
  /** Points of accuracy that the search may lose against the float network; each is searched. */
  readonly maxLosses: readonly number[];
  /** Of the chosen network, each trial takes half as many, and of every network it is compared with, or more. */
  readonly epochs: number;
  /** The five methods as their papers have them: 8-bit activations (FAMES: 4). */
  readonly singles: readonly Job[];
  /** The same with activations as narrow as the searches chose. */
  readonly narrowed: readonly Job[];
  /** One width for all weights and one for all activations: none of the five methods, but the plainest way to be small. */
  readonly uniform: readonly Job[];
}

/** Settings of the five methods as the methods bench has them: names of its jobs. */
const settings: readonly string[] = [
  'PROM',
  'INQ 5 bits',
  'INQ 4 bits',
  'PVQ N/K = 2',
  'PVQ N/K = 2, first and depthwise layers 8 bits',
  'FAMES 4 bits',
  'factors of 6 bits, rate 1.5',
];

/** At least as long trained as the search's winner; a job that the methods bench trains less has a name of its own. */
const trained = (job: Job, epochs: number): Job =>
  job.epochs >= epochs ? job : { ...job, name: `${job.name}, ${epochs} epochs`, epochs };

const withActivations = (job: Job, activationBits: number): Job => ({
  ...job,
  name: `${job.name}, activations ${activationBits} bits`,
  config: { ...job.config, activationBits },
});

/** All on the workload's first network; factors have a network of their own in the methods bench. */
const rivalsOf = (
  { jobs }: Workload,
  { epochs, narrow }: { readonly epochs: number; readonly narrow: number },
): Pick<SearchWorkload, 'singles' | 'narrowed' | 'uniform'> => {
  const [first] = jobs;
  if (first === undefined) throw new RangeError('a workload has jobs');
  const named = (name: string): readonly Job[] =>
    jobs.filter((job) => job.name === name).map((job) => ({ ...job, network: first.network }));
  const wide = settings.flatMap(named);
  const narrower = wide.filter(({ method }) => method !== 'fames').map((job) => withActivations(job, narrow));
  const uniform = named(famesStart).flatMap((job) =>
    [4, 3].map((bits) => ({
      ...job,
      name: `uniform ${bits} bits, activations ${narrow} bits`,
      config: { weightBits: bits, activationBits: narrow },
    })),
  );
  return {
    singles: wide.map((job) => trained(job, epochs)),
    narrowed: narrower.map((job) => trained(job, epochs)),
    uniform: uniform.map((job) => trained(job, epochs)),
  };
};

export const searchWorkloads: readonly SearchWorkload[] = [
  {
    workload: digits,
    ...{ target: 'hx8k', array: { rows: 4, columns: 4 }, activationBits: [8, 6, 5, 4] },
    ...{ maxLosses: [1], epochs: 8, ...rivalsOf(digits, { epochs: 8, narrow: 4 }) },
  },
  {
    workload: fashion,
    ...{ target: 'up5k', array: { rows: 4, columns: 4 }, activationBits: [8, 6, 5, 4] },
    ...{ maxLosses: [1], epochs: 6, ...rivalsOf(fashion, { epochs: 6, narrow: 5 }) },
  },
];
