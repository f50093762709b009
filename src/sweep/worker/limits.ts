/** What a job may use, as its context says; a job that says nothing may use everything. */

import { z } from 'zod';
import type { StageFailure } from '../errors.js';
import type { Job, Quarantined } from '../queue/queue.js';
import type { ToolLimit } from '../stages/stage.js';

const contextSchema = z.object({
  memoryMiB: z.number().optional().catch(undefined),
  /** For everything, tools included. */
  limitMinutes: z.number().optional().catch(undefined),
  /** For one run of its tool. */
  minutes: z.number().optional().catch(undefined),
});

const limitsOf = ({ context }: Job): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(contextSchema.parse(context)).flatMap(([name, limit]) =>
      limit === undefined ? [] : [[name, limit]],
    ),
  );

/** Whether the job was given up for want of time or memory, and would have no more of either now. */
export const isSpent = (job: Job, before: Quarantined | undefined): boolean => {
  const had = before?.failure.limits;
  if (had === undefined) return false;
  const has = limitsOf(job);
  return Object.entries(had).every(([name, limit]) => (has[name] ?? Infinity) <= limit);
};

/** Timers count milliseconds in 31 bits: three weeks, and what is added to them. */
const longestMs = 21 * 86_400_000;

export const memoryLimitMiB = ({ context }: Job): number =>
  contextSchema.parse(context).memoryMiB ?? Infinity;

export const timeLimitMs = ({ context }: Job): number => {
  const { limitMinutes = Infinity } = contextSchema.parse(context);
  return Math.min(Math.ceil(limitMinutes * 60_000), longestMs);
};

export const outOfMemory = (job: Job): StageFailure =>
  failure(
    job,
    'MEMORY_LIMIT',
    `it needs more than the ${memoryLimitMiB(job)} MiB of memory that limits.memoryMiB allows`,
  );

export const outOfTime = (job: Job): StageFailure =>
  failure(
    job,
    'STAGE_TIMEOUT',
    `the stage ${job.stage} took longer than ${Number((timeLimitMs(job) / 60_000).toPrecision(6))} minutes and was stopped; ${advice('stageMinutes')}`,
  );

/** A tool that took too long knows nothing of the sweep file. The first line tells what happened, the others are its log. */
export const withLimit = (
  job: Job,
  timeout: StageFailure,
  limit: ToolLimit | 'stageMinutes' = 'stageMinutes',
): StageFailure => ({
  ...timeout,
  limits: limitsOf(job),
  message: timeout.message.replace(/^[^\n]*/, (first) => `${first}; ${advice(limit)}`),
});

const advice = (limit: string): string => `raise limits.${limit} in the sweep file`;

const failure = (job: Job, code: string, message: string): StageFailure => ({
  ...{ code, message, limits: limitsOf(job) },
  ...{ again: false, stops: false, log: '' },
});
