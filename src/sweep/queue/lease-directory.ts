/**
 * The queue without a server: a folder that several processes, and machines with a common file system, share. A job is a
 * file; who renames it owns it. Owners count up in a file of their own; whose count stands still for long enough by the
 * observer's own steady clock is lost. No clock of the day is read, so none can jump.
 */

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { StageFailure } from '../errors.js';
import { codeOf, isRunning, makeFolder, replaceFile, writing } from '../store/files.js';
import { namesIn } from '../store/results.js';
import {
  lossesAllowed,
  triesAllowed,
  type Claim,
  type Job,
  type JobState,
  type Quarantined,
  type Queue,
  type QueueCounts,
} from './queue.js';

export interface LeaseOptions {
  /** Time between two beats; default 2 s. */
  readonly beatMs?: number;
  /** A count that stands still for so long is a lost worker; default 15 beats. */
  readonly staleMs?: number;
}

const jobSchema = z.strictObject({
  id: z.string().regex(/^[a-z]+-[0-9a-f]{64}$/),
  stage: z.string(),
  key: z.string(),
  label: z.string(),
  inputs: z.record(z.string(), z.json()),
  context: z.record(z.string(), z.json()),
});
const beatSchema = z.object({ count: z.number(), host: z.string(), pid: z.number() });
const quarantinedSchema = z.strictObject({
  id: z.string(),
  stage: z.string(),
  key: z.string(),
  label: z.string(),
  tries: z.int(),
  failure: z.strictObject({
    code: z.string(),
    message: z.string(),
    again: z.boolean(),
    stops: z.boolean(),
    log: z.string(),
  }),
});

/** A job's file: `ID.FAILURES.LOSSES.json`, claimed `ID.FAILURES.LOSSES.WORKER.json`. */
interface Ticket {
  readonly id: string;
  readonly failures: number;
  readonly losses: number;
  readonly worker: string;
}

const ticketName = ({ id, failures, losses, worker }: Ticket): string =>
  [id, failures, losses, ...(worker === '' ? [] : [worker]), 'json'].join('.');

const ticketOf = (name: string): Ticket | undefined => {
  const [, id, failures, losses, worker = ''] =
    /^([a-z]+-[0-9a-f]{64})\.(\d+)\.(\d+)(?:\.([\w-]+))?\.json$/.exec(name) ?? [];
  if (id === undefined) return undefined;
  return { id, failures: Number(failures), losses: Number(losses), worker };
};

const ticketsIn = (folder: string): readonly Ticket[] =>
  namesIn(folder).flatMap((name) => ticketOf(name) ?? []);

/** Jobs that nothing happened to come first: one that takes its workers with it keeps no other from being done. */
const byTriesAndId = (a: Ticket, b: Ticket): number =>
  a.failures + a.losses - b.failures - b.losses || (a.id < b.id ? -1 : 1);

/** What was last seen of another worker's count, and when by our own steady clock. */
interface Seen {
  readonly count: number;
  readonly at: number;
}

/** The queue in FOLDER/queue. @throws SweepError FOLDER_NOT_WRITABLE */
export const leaseDirectory = (folder: string, options: LeaseOptions = {}): Queue =>
  new LeaseDirectory(join(folder, 'queue'), options);

class LeaseDirectory implements Queue {
  readonly beatMs: number;
  private readonly staleMs: number;
  private readonly worker = `${hostname().replace(/[^\w-]/g, '_')}-${process.pid}-${randomBytes(4).toString('hex')}`;
  private readonly seen = new Map<string, Seen>();
  private count = 0;
  private lookedAt = -Infinity;

  constructor(
    private readonly root: string,
    { beatMs = 2000, staleMs = 15 * beatMs }: LeaseOptions,
  ) {
    this.beatMs = beatMs;
    this.staleMs = staleMs;
    for (const name of ['waiting', 'claimed', 'quarantine', 'forgiven', 'workers'])
      makeFolder(join(root, name));
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    const known = await this.states();
    for (const job of jobs.filter(({ id }) => !known.has(id))) {
      const ticket = { id: job.id, failures: 0, losses: 0, worker: '' };
      // Not synced: after a power cut a job that is cut off is thrown away and asked for again.
      this.move(() => {
        const temporary = join(this.root, `.tmp-${this.worker}`);
        writeFileSync(temporary, JSON.stringify(job));
        renameSync(temporary, this.path('waiting', ticket));
      });
    }
  }

  claim(): Promise<Claim | undefined> {
    this.reclaim();
    const running = new Set(ticketsIn(join(this.root, 'claimed')).map(({ id }) => id));
    const waiting = ticketsIn(join(this.root, 'waiting')).toSorted(byTriesAndId);
    for (const ticket of waiting) {
      // Asked for again just before it was claimed: once is enough.
      if (running.has(ticket.id)) continue;
      const mine = { ...ticket, worker: this.worker };
      // The beat comes first: whoever sees the claim must find its owner alive.
      if (this.count === 0) this.beat();
      if (!this.rename(this.path('waiting', ticket), this.path('claimed', mine))) continue;
      const job = readJob(this.path('claimed', mine));
      if (job !== undefined) return Promise.resolve(claimOf(job, mine));
      rmSync(this.path('claimed', mine), { force: true });
    }
    return Promise.resolve(undefined);
  }

  heartbeat({ token }: Claim): Promise<boolean> {
    this.beat();
    return Promise.resolve(namesIn(join(this.root, 'claimed')).includes(token));
  }

  complete({ token }: Claim): Promise<void> {
    rmSync(join(this.root, 'claimed', token), { force: true });
    return Promise.resolve();
  }

  fail(claim: Claim, failure: StageFailure): Promise<void> {
    const failures = claim.failures + 1;
    if (failures >= triesAllowed || !failure.again)
      this.giveUp(claim.token, failures + claim.losses, failure);
    else this.giveBack(claim.token, { failures });
    return Promise.resolve();
  }

  release({ token }: Claim): Promise<void> {
    this.giveBack(token, {});
    return Promise.resolve();
  }

  lose({ token, losses }: Claim): Promise<void> {
    this.lost(token, losses);
    return Promise.resolve();
  }

  states(): Promise<ReadonlyMap<string, JobState>> {
    const states = new Map<string, JobState>();
    const add = (name: string, state: JobState): void => {
      for (const { id } of ticketsIn(join(this.root, name))) states.set(id, state);
    };
    // Twice: what is given back while we look has left one folder before we see it in the other.
    add('waiting', 'waiting');
    add('claimed', 'running');
    add('waiting', 'waiting');
    for (const name of namesIn(join(this.root, 'quarantine')))
      if (name.endsWith('.json')) states.set(name.slice(0, -'.json'.length), 'quarantined');
    return Promise.resolve(states);
  }

  quarantined(): Promise<readonly Quarantined[]> {
    const folder = join(this.root, 'quarantine');
    return Promise.resolve(
      namesIn(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .flatMap((name) => readAs(quarantinedSchema, join(folder, name)) ?? []),
    );
  }

  counts(): Promise<QueueCounts> {
    const [waiting, running] = ['waiting', 'claimed'].map((name) => ticketsIn(join(this.root, name)).length);
    const quarantined = namesIn(join(this.root, 'quarantine')).filter((name) =>
      name.endsWith('.json'),
    ).length;
    return Promise.resolve({ waiting: waiting ?? 0, running: running ?? 0, quarantined });
  }

  forgive(): Promise<void> {
    for (const name of namesIn(join(this.root, 'quarantine')))
      this.move(() => rmSync(join(this.root, 'quarantine', name), { force: true }));
    // Beside the tickets, whose names are their owners' claims.
    for (const { id, losses } of ['waiting', 'claimed'].flatMap((name) => ticketsIn(join(this.root, name))))
      if (losses > 0) replaceFile(join(this.root, 'forgiven', id), `${losses}`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    rmSync(join(this.root, 'workers', `${this.worker}.json`), { force: true });
    return Promise.resolve();
  }

  private path(folder: 'waiting' | 'claimed', ticket: Ticket): string {
    return join(this.root, folder, ticketName(ticket));
  }

  private move<T>(action: () => T): T {
    return writing(this.root, action);
  }

  /** False: somebody else was faster. */
  private rename(from: string, to: string): boolean {
    return this.move(() => {
      try {
        renameSync(from, to);
        return true;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      }
    });
  }

  private beat(): void {
    this.count++;
    const path = join(this.root, 'workers', `${this.worker}.json`);
    const temporary = join(this.root, 'workers', `.tmp-${this.worker}`);
    this.move(() => {
      writeFileSync(temporary, JSON.stringify({ count: this.count, host: hostname(), pid: process.pid }));
      renameSync(temporary, path);
    });
  }

  private giveBack(token: string, changes: Partial<Ticket>): void {
    const ticket = ticketOf(token);
    if (ticket === undefined) return;
    this.rename(
      join(this.root, 'claimed', token),
      this.path('waiting', { ...ticket, ...changes, worker: '' }),
    );
  }

  private giveUp(token: string, tries: number, failure: StageFailure): void {
    const path = join(this.root, 'claimed', token);
    const job = readJob(path);
    if (job === undefined) return;
    const { id, stage, key, label } = job;
    const entry: Quarantined = { id, stage, key, label, tries, failure };
    replaceFile(join(this.root, 'quarantine', `${id}.json`), `${JSON.stringify(entry, null, 2)}\n`);
    rmSync(path, { force: true });
  }

  private lost(token: string, earlier: number): void {
    const losses = earlier + 1;
    if (losses - this.forgiven(token) < lossesAllowed) this.giveBack(token, { losses });
    else this.giveUp(token, losses, tooManyLosses);
  }

  /** Losses that happened before the sweep was started again. */
  private forgiven(token: string): number {
    const { id = '' } = ticketOf(token) ?? {};
    return readAs(z.int(), join(this.root, 'forgiven', id)) ?? 0;
  }

  /** Takes jobs from workers that are lost. */
  private reclaim(): void {
    const now = performance.now();
    if (now - this.lookedAt < this.beatMs / 2) return;
    this.lookedAt = now;
    for (const ticket of ticketsIn(join(this.root, 'claimed')))
      if (ticket.worker !== this.worker && this.isLost(ticket.worker, now))
        this.lost(ticketName(ticket), ticket.losses);
  }

  private isLost(worker: string, now: number): boolean {
    const beat = readAs(beatSchema, join(this.root, 'workers', `${worker}.json`));
    const count = beat?.count ?? -1;
    const before = this.seen.get(worker);
    if (before?.count !== count) this.seen.set(worker, { count, at: now });
    if (beat?.host === hostname() && !isRunning(beat.pid)) return true;
    return before?.count === count && now - before.at > this.staleMs;
  }
}

const tooManyLosses: StageFailure = {
  code: 'WORKER_LOST',
  message: `its worker was lost ${lossesAllowed} times; is there enough memory for it?`,
  again: false,
  stops: false,
  log: '',
};

const claimOf = (job: Job, ticket: Ticket): Claim => ({
  job,
  failures: ticket.failures,
  losses: ticket.losses,
  token: ticketName(ticket),
});

const readAs = <S extends z.ZodType>(schema: S, path: string): z.output<S> | undefined => {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
};

const readJob = (path: string): Job | undefined => readAs(jobSchema, path);
