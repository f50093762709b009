/** The executor as its worker sees it: a process that takes one job at a time and may end at any moment. */

import { fork, type ChildProcess } from 'node:child_process';
import { SweepError } from '../errors.js';
import type { Job } from '../queue/queue.js';
import { answerSchema, type Answer } from './messages.js';
import { memoryBelow } from './memory.js';

/** A module whose main part calls `runExecutor`, and its arguments. */
export interface ExecutorProgram {
  readonly module: string;
  readonly args: readonly string[];
  readonly execArgv?: readonly string[];
}

/** `killed`: from outside, or by the system for want of memory; `crashed`: by itself. */
export type Ending =
  Answer | { readonly kind: 'killed' } | { readonly kind: 'crashed'; readonly how: string };

export class Executor {
  private child: ChildProcess | undefined;

  constructor(private readonly program: ExecutorProgram) {}

  /** Runs one job; starts the process when it is not there. @throws SweepError WORKERS_FAILED when it cannot be started */
  async run(job: Job): Promise<Ending> {
    // One that ended while it had nothing to do says nothing about any job.
    if (this.child?.connected !== true) {
      this.kill();
      const started = await this.start();
      if (started.kind === 'crashed')
        throw new SweepError('WORKERS_FAILED', `stages cannot be run here: ${started.how}`);
      if (started.kind !== 'ready') return started;
    }
    return await this.answerTo(job);
  }

  /** Memory of its largest process, MiB. */
  largestMiB(): number {
    const pid = this.child?.pid;
    return pid === undefined ? 0 : Math.max(0, ...memoryBelow(pid).map(({ MiB }) => MiB));
  }

  /** Ends the process and everything that it started. */
  kill(): void {
    const { pid } = this.child ?? {};
    if (pid === undefined) return;
    for (const process_ of memoryBelow(pid).toReversed()) endProcess(process_.pid);
    endProcess(pid);
    this.child = undefined;
  }

  private start(): Promise<Ending> {
    const { module, args, execArgv } = this.program;
    // In a group of its own: Ctrl-C in a terminal reaches the worker, which decides.
    const child = fork(module, [...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.child = child;
    // For as long as it lives: its id may be another process's as soon as it has ended.
    const forget = (): void => {
      if (this.child === child) this.child = undefined;
    };
    child.once('exit', forget).on('error', forget);
    return answerOf(child);
  }

  private answerTo(job: Job): Promise<Ending> {
    const { child } = this;
    if (child === undefined) return Promise.resolve({ kind: 'killed' });
    return answerOf(child, (lost) => {
      // It ended a moment ago, and never had the job. We may know before its exit is told: the next job must not go there.
      child.send(job, (error) => {
        if (error === null) return;
        if (this.child === child) this.kill();
        lost();
      });
    });
  }
}

/** What the process says next, or how it ends. `ask` is called when we listen; it may say that the question was lost. */
const answerOf = (child: ChildProcess, ask: (lost: () => void) => void = () => undefined): Promise<Ending> =>
  new Promise((resolve) => {
    let said = '';
    const onStderr = (chunk: Buffer): void => void (said = `${said}${chunk.toString()}`.slice(-4000));
    const finish = (ending: Ending): void => {
      child.off('message', onMessage).off('error', onError).off('exit', onExit);
      child.stderr?.off('data', onStderr);
      resolve(ending);
    };
    const onMessage = (message: unknown): void => finish(answerSchema.parse(message));
    const onError = ({ message }: Error): void => finish({ kind: 'crashed', how: message });
    const onExit = (code: number | null, signal: string | null): void =>
      finish(
        signal === 'SIGKILL' ? { kind: 'killed' } : { kind: 'crashed', how: describe(code, signal, said) },
      );
    child.on('message', onMessage).on('error', onError).on('exit', onExit);
    child.stderr?.on('data', onStderr);
    ask(() => finish({ kind: 'killed' }));
  });

const describe = (code: number | null, signal: string | null, said: string): string =>
  `the process that ran it ended (${signal ?? `exit status ${String(code)}`})${said === '' ? '' : `:\n${said.trim()}`}`;

const endProcess = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
};
