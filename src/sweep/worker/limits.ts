/** What a job may use, as its context says; a job that says nothing may use everything. */

import { z } from 'zod';
import type { StageFailure } from '../errors.js';
import type { Job } from '../queue/queue.js';
import type { ToolLimit } from '../stages/stage.js';

const contextSchema = z.object({
  memoryMiB: z.number().optional().catch(undefined),
  /** For everything, tools included. */
  limitMinutes: z.number().optional().catch(undefined),
});

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
    'MEMORY_LIMIT',
    `it needs more than the ${memoryLimitMiB(job)} MiB of memory that limits.memoryMiB allows`,
  );

export const outOfTime = (job: Job): StageFailure =>
  failure(
    'STAGE_TIMEOUT',
    `the stage ${job.stage} took longer than ${Number((timeLimitMs(job) / 60_000).toPrecision(6))} minutes and was stopped; ${advice('stageMinutes')}`,
  );

/** A tool that took too long knows nothing of the sweep file. The first line tells what happened, the others are its log. */
export const withLimit = (
  timeout: StageFailure,
  limit: ToolLimit | 'stageMinutes' = 'stageMinutes',
): StageFailure => ({
  ...timeout,
  message: timeout.message.replace(/^[^\n]*/, (first) => `${first}; ${advice(limit)}`),
});

const advice = (limit: string): string => `raise limits.${limit} in the sweep file`;

const failure = (code: string, message: string): StageFailure => ({
  ...{ code, message },
  ...{ again: false, stops: false, log: '' },
});
