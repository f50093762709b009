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
    if (this.child === undefined) {
      const started = await this.start();
      if (started.kind === 'crashed')
        throw new SweepError('WORKERS_FAILED', `stages cannot be run here: ${started.how}`);
      if (started.kind !== 'ready') return started;
    }
    this.child?.send(job);
    return await this.nextAnswer();
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
    this.child = fork(module, [...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    return this.nextAnswer();
  }

  private nextAnswer(): Promise<Ending> {
    const { child } = this;
    if (child === undefined) return Promise.resolve({ kind: 'killed' });
    return new Promise((resolve) => {
      let said = '';
      const onError = (chunk: Buffer): void => void (said = `${said}${chunk.toString()}`.slice(-4000));
      const finish = (ending: Ending): void => {
        child.removeAllListeners();
        child.stderr?.off('data', onError);
        resolve(ending);
      };
      child.stderr?.on('data', onError);
      child.once('message', (message) => finish(answerSchema.parse(message)));
      child.once('error', (error) => {
        this.child = undefined;
        finish({ kind: 'crashed', how: error.message });
      });
      child.once('exit', (code, signal) => {
        this.child = undefined;
        finish(
          signal === 'SIGKILL' ? { kind: 'killed' } : { kind: 'crashed', how: describe(code, signal, said) },
        );
      });
    });
  }
}

const describe = (code: number | null, signal: string | null, said: string): string =>
  `the process that ran it ended (${signal ?? `exit status ${String(code)}`})${said === '' ? '' : `:\n${said.trim()}`}`;

const endProcess = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
};
