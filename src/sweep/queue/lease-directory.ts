/**
 * The queue without a server: a folder that several processes, and machines with a common file system, share. A job is a
 * file; who renames it owns it, for as long as it gives signs of life (beats.ts).
 */

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { StageFailure } from '../errors.js';
import { openFailures, type Failures } from '../store/failures.js';
import { codeOf, makeFolder, namesIn, replaceFile, writing } from '../store/files.js';
import { Beats } from './beats.js';
import {
  jobSchema,
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

type TicketFolder = 'waiting' | 'claimed';

/** Jobs that nothing happened to come first: one that takes its workers with it keeps no other from being done. */
const byTriesAndId = (a: Ticket, b: Ticket): number =>
  a.failures + a.losses - b.failures - b.losses || (a.id < b.id ? -1 : 1);

/** The queue in FOLDER/queue. @throws SweepError FOLDER_NOT_WRITABLE */
export const leaseDirectory = (folder: string, options: LeaseOptions = {}): Queue =>
  new LeaseDirectory(join(folder, 'queue'), options);

class LeaseDirectory implements Queue {
  readonly beatMs: number;
  private readonly name = `${hostname().replace(/[^\w-]/g, '_')}-${process.pid}-${randomBytes(4).toString('hex')}`;
  private readonly workers: Beats;
  /** Sweeps that ask for jobs. */
  private readonly sweeps: Beats;
  private readonly quarantine: Failures;
  private hasBeaten = false;
  private lookedAt = -Infinity;

  constructor(
    private readonly root: string,
    { beatMs = 2000, staleMs = 15 * beatMs }: LeaseOptions,
  ) {
    this.beatMs = beatMs;
    for (const name of ['waiting', 'claimed', 'quarantine', 'forgiven']) makeFolder(join(root, name));
    this.workers = new Beats(join(root, 'workers'), this.name, staleMs);
    this.sweeps = new Beats(join(root, 'sweeps'), this.name, staleMs);
    this.quarantine = openFailures(join(root, 'quarantine'));
  }

  attend(wanted: Pick<ReadonlySet<string>, 'has'>): Promise<void> {
    this.sweeps.beat(this.beatMs);
    const unwanted = this.tickets('waiting').filter(({ id }) => !wanted.has(id));
    // In this order: a sweep that begins meanwhile gives a sign of life before it asks for anything.
    if (unwanted.length > 0 && !this.sweeps.hasCompany())
      this.move(() => {
        for (const ticket of unwanted) rmSync(this.path('waiting', ticket), { force: true });
      });
    return Promise.resolve();
  }

  async enqueue(jobs: readonly Job[]): Promise<void> {
    const states = await this.states();
    const waiting = new Map(this.tickets('waiting').map((ticket) => [ticket.id, ticket]));
    for (const job of jobs) {
      const state = states.get(job.id) ?? 'absent';
      const ticket = waiting.get(job.id) ?? (state === 'absent' ? this.newTicket(job.id) : undefined);
      if (ticket === undefined || state === 'quarantined') continue;
      // Not synced: after a power cut a job that is cut off is thrown away and asked for again.
      this.move(() => {
        const temporary = join(this.root, `.tmp-${this.name}`);
        writeFileSync(temporary, JSON.stringify(job));
        renameSync(temporary, this.path('waiting', ticket));
      });
    }
  }

  claim(): Promise<Claim | undefined> {
    this.reclaim();
    const waiting = this.tickets('waiting').toSorted(byTriesAndId);
    if (waiting.length === 0) return Promise.resolve(undefined);
    // Asked for again just before it was claimed, or given up: once is enough.
    const taken = new Set([...this.tickets('claimed').map(({ id }) => id), ...this.quarantine.ids()]);
    for (const ticket of waiting) {
      if (taken.has(ticket.id)) continue;
      const mine = { ...ticket, worker: this.name };
      // The beat comes first: whoever sees the claim must find its owner alive.
      if (!this.hasBeaten) this.beat();
      if (!this.rename(this.path('waiting', ticket), this.path('claimed', mine))) continue;
      const job = readJob(this.path('claimed', mine));
      if (job !== undefined) return Promise.resolve(this.claimOf(job, mine));
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

  lose({ token }: Claim): Promise<void> {
    this.lost(token);
    return Promise.resolve();
  }

  states(): Promise<ReadonlyMap<string, JobState>> {
    const states = new Map<string, JobState>();
    const add = (name: TicketFolder, state: JobState): void => {
      for (const { id } of this.tickets(name)) states.set(id, state);
    };
    // Twice: what is given back while we look has left one folder before we see it in the other.
    add('waiting', 'waiting');
    add('claimed', 'running');
    add('waiting', 'waiting');
    for (const id of this.quarantine.ids()) states.set(id, 'quarantined');
    return Promise.resolve(states);
  }

  quarantined(): Promise<readonly Quarantined[]> {
    return Promise.resolve(this.quarantine.all());
  }

  counts(): Promise<QueueCounts> {
    return Promise.resolve({
      waiting: this.tickets('waiting').length,
      running: this.tickets('claimed').length,
      quarantined: this.quarantine.ids().length,
    });
  }

  forgive(): Promise<void> {
    this.quarantine.clear();
    // Beside the tickets, whose names are their owners' claims.
    for (const { id, losses } of [...this.tickets('waiting'), ...this.tickets('claimed')])
      if (losses > 0) replaceFile(join(this.root, 'forgiven', id), `${losses}`);
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.workers.end();
    this.sweeps.end();
    return Promise.resolve();
  }

  private tickets(folder: TicketFolder): readonly Ticket[] {
    return namesIn(join(this.root, folder)).flatMap((name) => ticketOf(name) ?? []);
  }

  private newTicket(id: string): Ticket {
    rmSync(join(this.root, 'forgiven', id), { force: true });
    return { id, failures: 0, losses: 0, worker: '' };
  }

  private path(folder: TicketFolder, ticket: Ticket): string {
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
    this.hasBeaten = true;
    this.workers.beat();
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
    this.quarantine.add({ id, stage, key, label, tries, failure });
    rmSync(path, { force: true });
  }

  private lost(token: string): void {
    const ticket = ticketOf(token);
    if (ticket === undefined) return;
    const losses = ticket.losses + 1;
    const counted = losses - this.forgiven(ticket.id);
    if (counted < lossesAllowed) this.giveBack(token, { losses });
    else this.giveUp(token, ticket.failures + counted, tooManyLosses);
  }

  /** Losses that happened before the sweep was started again. */
  private forgiven(id: string): number {
    return readAs(z.int(), join(this.root, 'forgiven', id)) ?? 0;
  }

  private claimOf(job: Job, ticket: Ticket): Claim {
    const { failures, losses } = ticket;
    return { job, failures, losses: losses - this.forgiven(ticket.id), token: ticketName(ticket) };
  }

  /** Takes jobs from workers that are lost. */
  private reclaim(): void {
    const now = performance.now();
    if (now - this.lookedAt < this.beatMs / 2) return;
    this.lookedAt = now;
    for (const ticket of this.tickets('claimed'))
      if (ticket.worker !== this.name && this.workers.isLost(ticket.worker)) this.lost(ticketName(ticket));
  }
}

const tooManyLosses: StageFailure = {
  code: 'WORKER_LOST',
  message: `its worker was lost ${lossesAllowed} times; is there enough memory for it?`,
  again: false,
  stops: false,
  log: '',
};

const readAs = <S extends z.ZodType>(schema: S, path: string): z.output<S> | undefined => {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
};

const readJob = (path: string): Job | undefined => readAs(jobSchema, path);
