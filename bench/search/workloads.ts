/** What the search is measured on: the networks of the methods bench, a target, what may be chosen. */
import type { QuantizeMethod } from '../../src/flow/index.js';
import { digits, fashion, type Job, type Workload } from '../methods/workloads.js';

export interface SearchWorkload {
  readonly workload: Workload;
  readonly target: 'hx8k' | 'up5k' | 'ecp5-25k';
  readonly array: { readonly rows: number; readonly columns: number };
  readonly activationBits: readonly number[];
  /** Points of accuracy that the search may lose against the float network; each is searched. */
  readonly maxLosses: readonly number[];
  /** As long as the longest of the single methods. */
  readonly epochs: number;
  readonly singles: readonly Job[];
}

const methods: readonly QuantizeMethod[] = ['prom', 'inq', 'pvq', 'fames'];

/** All settings of the five methods on the workload's first network; factors have a network of their own in the methods bench. */
const singlesOf = ({ jobs }: Workload): readonly Job[] => {
  const [first] = jobs;
  if (first === undefined) return [];
  const { network } = first;
  const own = jobs.filter((job) => job.network.name === network.name && methods.includes(job.method));
  const factors = jobs.flatMap((job) => (job.method === 'factorize' ? [{ ...job, network }] : []));
  return [...own, ...factors];
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
    ...{ maxLosses: [1], epochs: 8, singles: singlesOf(fashion) },
  },
];
