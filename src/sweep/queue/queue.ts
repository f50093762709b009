/**
 * Work that is to be done once, given to whoever asks. At-least-once: a job can be given out again when its worker is
 * lost, and results are compared byte by byte when they are stored, so that nothing is counted twice. Implementations: a
 * directory of leases (lease-directory.ts), BullMQ.
 */

import { z } from 'zod';
import type { JsonObject } from '../canonical.js';
import type { StageFailure } from '../errors.js';

/** One stage of one or many points. */
export interface Job {
  /** `STAGE-KEY`: equal for equal work. */
  readonly id: string;
  readonly stage: string;
  /** Name of the result: hash of the stage, its version and `inputs`. */
  readonly key: string;
  /** A point that asks for it, in words, for people. */
  readonly label: string;
  /** What the result depends on, tools' versions included. */
  readonly inputs: JsonObject;
  /** What is needed to compute it beside that: where files lie, time limits. Never part of the result. */
  readonly context: JsonObject;
}

/** Jobs as files and messages hold them. Their ids name files. */
export const jobSchema: z.ZodType<Job> = z.strictObject({
  id: z.string().regex(/^[a-z]+-[0-9a-f]{64}$/),
  stage: z.string(),
  key: z.string(),
  label: z.string(),
  inputs: z.record(z.string(), z.json()),
  context: z.record(z.string(), z.json()),
});

/** A job that is ours until it is completed, failed, released, or until we are thought lost. */
export interface Claim {
  readonly job: Job;
  /** Tries before this one: that failed, and whose worker was lost. */
  readonly failures: number;
  readonly losses: number;
  /** Names this claim and no other to the queue that gave it. */
  readonly token: string;
}

/** A job that was given up, and why. */
export interface Quarantined {
  readonly id: string;
  readonly stage: string;
  readonly key: string;
  readonly label: string;
  readonly tries: number;
  readonly failure: StageFailure;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly running: number;
  readonly quarantined: number;
}

/** `absent`: finished or never heard of; the result store tells which. */
export type JobState = 'waiting' | 'running' | 'quarantined' | 'absent';

/** A job is given up after so many tries that failed ... */
export const triesAllowed = 3;
/** ... or after so many workers were lost with it: lost workers may be the machines' fault, not the job's. */
export const lossesAllowed = 8;

export interface Queue {
  /**
   * To be called again and again, also before the first `enqueue`, by a sweep that waits for the jobs `wanted`. Jobs that
   * wait and are none of them are of a sweep that was stopped, and are thrown away, unless another sweep is alive here.
   */
  attend(wanted: Pick<ReadonlySet<string>, 'has'>): Promise<void>;
  /**
   * A job whose id waits already is replaced: its limits and paths may be new. One that runs or is quarantined is left as
   * it is.
   */
  enqueue(jobs: readonly Job[]): Promise<void>;
  /** A job that waits, or undefined. Jobs of workers that are lost are among them. */
  claim(): Promise<Claim | undefined>;
  /** To be called every `beatMs`. False: the claim was given to somebody else; stop. */
  heartbeat(claim: Claim): Promise<boolean>;
  /** Finished, its result stored, or not needed any more. */
  complete(claim: Claim): Promise<void>;
  /** One try failed: waits again, or is quarantined after `triesAllowed`, or at once when trying again is useless. */
  fail(claim: Claim, failure: StageFailure): Promise<void>;
  /** Given back unfinished, nobody's fault. */
  release(claim: Claim): Promise<void>;
  /** The process that ran the job was killed from outside: waits again, counted with `losses`. */
  lose(claim: Claim): Promise<void>;
  /** States of all jobs that are not `absent`. */
  states(): Promise<ReadonlyMap<string, JobState>>;
  quarantined(): Promise<readonly Quarantined[]>;
  counts(): Promise<QueueCounts>;
  /** The sweep is started again: quarantined jobs may be tried anew, and lost workers are counted from now on. */
  forgive(): Promise<void>;
  /** Time between two heartbeats. */
  readonly beatMs: number;
  close(): Promise<void>;
}
