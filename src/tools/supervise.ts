import type { ChildProcess } from 'node:child_process';
import { logTail, ToolCrashed, ToolInterrupted, ToolTimeout } from './errors.js';
import { TailBuffer } from './tail-buffer.js';

/** What a run may take, and who watches it. */
export interface RunLimits {
  /** Wall-clock limit; the whole process group is killed when it passes. */
  readonly timeoutMs: number;
  /** Aborting kills the whole process group and rejects with `ToolInterrupted`. */
  readonly signal?: AbortSignal;
  /** How much of each of stdout and stderr is kept, from the end. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Sees every chunk as it comes, also what is no longer kept. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void;
}

export interface ProcessResult {
  /** Exit status; null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as it came, for binary protocols. */
  readonly stdoutBytes: Uint8Array;
  /** True when the beginning of stdout or stderr was dropped because it exceeded `maxOutputBytes`. */
  readonly truncated: boolean;
  /** Wall-clock seconds. */
  readonly seconds: number;
}

/** The end of a run inside a child that lives on: its exit status, and how many bytes it printed. */
export interface RunEnd {
  readonly exitCode: number;
  readonly stdout: number;
  readonly stderr: number;
}

const DEFAULT_OUTPUT_BYTES = 16 * 1024 * 1024;
/** Time between asking a process group to end and forcing it. */
const GRACE_MS = 1000;
/** How long streams held open by leftover grandchildren are waited for after the process itself has ended. */
const DRAIN_MS = 2000;

/**
 * Follows one run in a child that leads a process group: until the child ends, or, where a child lives on, until `runEnd`
 * says so and all that the run printed is here. Leaves no listener behind; what becomes of the child is the caller's.
 * Throws `ToolTimeout` and `ToolInterrupted` (the group is killed then, also when this process itself exits meanwhile), and
 * `ToolCrashed` when the child could not be started at all.
 */
export function supervise(
  child: ChildProcess,
  label: string,
  limits: RunLimits,
  runEnd?: Promise<RunEnd>,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const limit = limits.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const out = new TailBuffer(limit);
    const err = new TailBuffer(limit);
    let stop: 'timeout' | 'interrupt' | undefined;
    let drainTimer: NodeJS.Timeout | undefined;
    let forceTimer: NodeJS.Timeout | undefined;
    let end: RunEnd | undefined;

    const kill = (why: 'timeout' | 'interrupt'): void => {
      stop ??= why;
      killGroup(child, 'SIGTERM');
      forceTimer ??= setTimeout(() => {
        killGroup(child, 'SIGKILL');
        // A process stuck in the kernel may never report its end; the caller gets an answer anyway.
        drainTimer ??= setTimeout(() => finish(null, 'SIGKILL'), DRAIN_MS);
      }, GRACE_MS);
    };
    const finish = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      release();
      const stdout = out.bytes();
      const result: ProcessResult = {
        exitCode,
        signal,
        stdout: stdout.toString('utf8'),
        stderr: err.bytes().toString('utf8'),
        stdoutBytes: stdout,
        truncated: out.dropped || err.dropped,
        seconds: (performance.now() - started) / 1000,
      };
      if (stop === 'interrupt') reject(new ToolInterrupted(label));
      else if (stop === 'timeout') reject(new ToolTimeout(label, limits.timeoutMs, tailOf(result)));
      else resolve(result);
    };
    const finishWhenAllIsHere = (): void => {
      if (end !== undefined && out.pushed >= end.stdout && err.pushed >= end.stderr)
        finish(end.exitCode, null);
    };

    const onAbort = (): void => kill('interrupt');
    const onParentExit = (): void => killGroup(child, 'SIGKILL');
    const onError = (error: Error): void => {
      release();
      reject(new ToolCrashed(label, `could not be started (${error.message})`, ''));
    };
    const onExit = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      drainTimer ??= setTimeout(() => finish(exitCode, signal), DRAIN_MS);
    };
    const onStdout = (chunk: Buffer): void => {
      out.push(chunk);
      limits.onOutput?.(chunk, 'stdout');
      finishWhenAllIsHere();
    };
    const onStderr = (chunk: Buffer): void => {
      err.push(chunk);
      limits.onOutput?.(chunk, 'stderr');
      finishWhenAllIsHere();
    };
    const release = (): void => {
      for (const timer of [limitTimer, forceTimer, drainTimer]) clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
      process.off('exit', onParentExit);
      child.off('error', onError).off('close', finish).off('exit', onExit);
      child.stdout?.off('data', onStdout);
      child.stderr?.off('data', onStderr);
    };

    const limitTimer = setTimeout(() => kill('timeout'), limits.timeoutMs);
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    process.on('exit', onParentExit);
    child.on('error', onError).on('close', finish).on('exit', onExit);
    child.stdout?.on('data', onStdout);
    child.stderr?.on('data', onStderr);
    void runEnd?.then((said) => {
      end = said;
      finishWhenAllIsHere();
    });
  });
}

/** The end of what a program printed: from its last error message on, else the end of stderr, else that of stdout. */
export function tailOf(result: Pick<ProcessResult, 'stdout' | 'stderr'>): string {
  const text = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = logTail(beforeTrap(text)).split('\n');
  const error = lines.findLastIndex((line) => /\berror\b/i.test(line));
  return lines.slice(Math.max(error, 0)).join('\n');
}

/** WebAssembly builds without exceptions end after an error in a trap, and Python's account of that hides what the tool said. */
function beforeTrap(text: string): string {
  const trap = text.lastIndexOf('\nTraceback (most recent call last):');
  return trap > 0 && /^ERROR: /m.test(text.slice(0, trap)) ? text.slice(0, trap) : text;
}

/** Ends what is left of a child's process group, at once, and no longer reads from it. */
export function endGroup(child: ChildProcess): void {
  killGroup(child, 'SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is already gone.
  }
}
