/** What the search is measured on: the networks of the methods bench, a target, what may be chosen. */
import { digits, fashion, type Job, type Workload } from '../methods/workloads.js';

export interface SearchWorkload {
  readonly workload: Workload;
  readonly target: 'hx8k' | 'up5k' | 'ecp5-25k';
  readonly array: { readonly rows: number; readonly columns: number };
  readonly activationBits: readonly number[];
  /** Points of accuracy that the search may lose against the float network; each is searched. */
  readonly maxLosses: readonly number[];
  /** Of the chosen network; each trial takes half as many. The single methods take 4 to 8. */
  readonly epochs: number;
  readonly singles: readonly Job[];
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

/** On the workload's first network; factors have a network of their own in the methods bench. */
const singlesOf = ({ jobs }: Workload): readonly Job[] => {
  const [first] = jobs;
  if (first === undefined) return [];
  return settings.flatMap((name) => {
    const job = jobs.find((each) => each.name === name);
    return job === undefined ? [] : [{ ...job, network: first.network }];
  });
};

export const searchWorkloads: readonly SearchWorkload[] = [
  {
    workload: digits,
    ...{ target: 'hx8k', array: { rows: 4, columns: 4 }, activationBits: [8, 6, 5, 4] },
    ...{ maxLosses: [1], epochs: 8, singles: singlesOf(digits) },
  },
  {
    workload: fashion,
    ...{ target: 'up5k', array: { rows: 4, columns: 4 }, activationBits: [8, 6, 5, 4] },
    ...{ maxLosses: [1], epochs: 6, singles: singlesOf(fashion) },
  },
];
