/** One job: counts of every alternative of flags, place and route of the best one. */
import type { PartName } from './candidate.js';
import {
  countCells,
  knownCounts,
  knownPlacement,
  place,
  type Counts,
  type Mapping,
  type Placed,
} from './driver.js';
import { partFor, type Job } from './jobs.js';

export interface Result {
  readonly job: Job;
  readonly counts: Counts;
  readonly flags: string;
  readonly part: PartName | undefined;
  readonly runs: readonly Placed[];
}

/** Measures what the cache does not hold yet. @throws BenchError */
export const measure = (job: Job, seeds: readonly number[]): Result => {
  const found = best(job.flags.map((flags) => ({ flags, counts: countCells(mappingOf(job, flags)) })));
  const part = 'err' in found.counts ? undefined : partFor(job, found.counts);
  const mapping = mappingOf(job, found.flags);
  return {
    ...{ job, ...found, part },
    runs: part === undefined ? [] : seeds.map((seed) => place(mapping, part, seed)),
  };
};

/** What earlier runs left in the cache, undefined when not even all counts are there. */
export const recall = (job: Job, seeds: readonly number[]): Result | undefined => {
  const alternatives = job.flags.flatMap((flags) => {
    const counts = knownCounts(mappingOf(job, flags));
    return counts === undefined ? [] : [{ flags, counts }];
  });
  if (alternatives.length < job.flags.length) return undefined;
  const found = best(alternatives);
  const part = 'err' in found.counts ? undefined : partFor(job, found.counts);
  const mapping = mappingOf(job, found.flags);
  const known = seeds.flatMap((seed) =>
    part === undefined ? [] : (knownPlacement(mapping, part, seed) ?? []),
  );
  return { job, ...found, part, runs: known };
};

const mappingOf = ({ source, passes, target }: Job, flags: string): Mapping => ({
  source,
  passes,
  target,
  flags,
});

interface Alternative {
  readonly flags: string;
  readonly counts: Counts;
}

/** The fewest LUTs; the first of equals. */
const best = (alternatives: readonly Alternative[]): Alternative =>
  alternatives.reduce((a, b) => (lutsOf(b) < lutsOf(a) ? b : a));
const lutsOf = ({ counts }: Alternative): number => ('err' in counts ? Infinity : counts.lut);
