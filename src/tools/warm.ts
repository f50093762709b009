import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ToolCrashed, ToolInterrupted } from './errors.js';
import { endGroup, supervise, type ProcessResult, type RunLimits } from './supervise.js';

/** A program whose children live on: `wasm-child.mjs` and a package. */
export interface WarmProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** One command for such a child. It reads no input, and knows no working directory but `cwd`. */
export interface WarmRun extends RunLimits {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Name used in error messages. */
  readonly label: string;
}

export interface WarmLimits {
  /** Children kept for the next run, of all programs together. */
  readonly mostIdle: number;
  /** A child that holds more memory after a run is not kept. */
  readonly mostResidentMiB: number;
}
/** After a run on hx8k Yosys holds 290 MiB and nextpnr 650, mostly chip data that the next run needs again. */
const DEFAULT_LIMITS: WarmLimits = { mostIdle: 2, mostResidentMiB: 800 };

const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begun') }),
  z.object({
    kind: z.literal('ended'),
    exitCode: z.number(),
    stdout: z.number(),
    stderr: z.number(),
    residentMiB: z.number(),
  }),
]);
type Ended = Extract<z.output<typeof answer>, { kind: 'ended' }>;

/**
 * The children of this process that have compiled a WebAssembly tool and wait for its next command. What a run gives does
 * not depend on them, only how long it takes. They keep no process alive, end with this one, and after 20 s without work.
 */
export class WarmChildren {
  /** The one that waits longest comes first. */
  private idle: readonly WarmChild[] = [];

  constructor(private readonly limits: WarmLimits = DEFAULT_LIMITS) {}

  async run(program: WarmProgram, run: WarmRun): Promise<ProcessResult> {
    if (run.signal?.aborted === true) throw new ToolInterrupted(run.label);
    if (!isFolder(run.cwd))
      throw new ToolCrashed(run.label, `could not be started (no folder ${run.cwd})`, '');
    const env = { ...process.env, ...program.env };
    const key = JSON.stringify([program.command, program.args, Object.entries(env).sort()]);
    for (;;) {
      const waiting = this.take(key);
      const child = waiting ?? new WarmChild(key, program, env);
      try {
        const { result, begun } = await child.run(run);
        // One that ended while it waited has done nothing of this run; the next one does it.
        if (begun || waiting === undefined) return result;
      } finally {
        this.giveBack(child);
      }
    }
  }

  private take(key: string): WarmChild | undefined {
    const found = this.idle.find((child) => child.key === key && child.isUsable);
    this.idle = this.idle.filter((child) => child !== found);
    return found;
  }

  private giveBack(child: WarmChild): void {
    const others = this.idle.filter(({ isUsable }) => isUsable);
    const { mostIdle, mostResidentMiB } = this.limits;
    const isSmall = child.residentMiB <= mostResidentMiB;
    const isWanted = child.isUsable && isSmall && others.every(({ key }) => key !== child.key);
    const all = isWanted ? [...others, child] : others;
    const first = Math.max(all.length - mostIdle, 0);
    if (!isWanted) child.end();
    for (const surplus of all.slice(0, first)) surplus.end();
    this.idle = all.slice(first);
  }
}

/** One child, in a process group of its own. Runs one command at a time. */
class WarmChild {
  private readonly child: ChildProcess;
  private isClean = true;
  /** After its last run. */
  residentMiB = 0;

  constructor(
    readonly key: string,
    program: WarmProgram,
    env: NodeJS.ProcessEnv,
  ) {
    this.child = spawn(program.command, [...program.args], {
      // Runs name their folders; one that waits must not hold any.
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    // `supervise` reports what happens during a run; what happens while it waits concerns nobody.
    this.child.on('error', () => undefined);
  }

  /** True between runs that ended as they should. */
  get isUsable(): boolean {
    const { connected, exitCode, signalCode } = this.child;
    return this.isClean && connected && exitCode === null && signalCode === null;
  }

  /** `begun` is false when the child ended before it took the command. Throws what `supervise` throws. */
  async run({
    command,
    args,
    cwd,
    label,
    ...limits
  }: WarmRun): Promise<{ readonly result: ProcessResult; readonly begun: boolean }> {
    this.isClean = false;
    this.keepParent(true);
    let begun = false;
    const ended = new Promise<Ended>((resolveEnded) => {
      this.child.on('message', (message) => {
        const said = answer.parse(message);
        begun = true;
        if (said.kind !== 'ended') return;
        this.isClean = true;
        this.residentMiB = said.residentMiB;
        resolveEnded(said);
      });
    });
    try {
      const running = supervise(this.child, label, limits, ended);
      // A child that has just ended cannot be written to; `supervise` sees its end.
      if (this.child.connected) this.child.send({ command, args, folder: resolve(cwd) }, () => undefined);
      return { result: await running, begun };
    } catch (error) {
      this.isClean = false;
      throw error;
    } finally {
      this.child.removeAllListeners('message');
      this.keepParent(false);
    }
  }

  end(): void {
    // Its number may be another's by now.
    if (this.child.exitCode === null && this.child.signalCode === null) endGroup(this.child);
  }

  /** Whether this process may not end before the child. */
  private keepParent(keeps: boolean): void {
    const verb = keeps ? 'ref' : 'unref';
    this.child[verb]();
    this.child.channel?.[verb]();
    for (const stream of [this.child.stdout, this.child.stderr]) if (stream instanceof Socket) stream[verb]();
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Those of this process, for all its runs: like the processes they are, they exist once, whoever asks for one. */
export const warmChildren = new WarmChildren();
