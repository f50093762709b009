import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { logTail, ToolCrashed, ToolInterrupted, ToolTimeout } from './errors.js';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Wall-clock limit; the whole process group is killed when it passes. */
  readonly timeoutMs: number;
  /** Aborting kills the whole process group and rejects with `ToolInterrupted`. */
  readonly signal?: AbortSignal;
  /** How much of each of stdout and stderr is kept, from the end. Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Sees every chunk as it comes, also what is no longer kept. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void;
  /** Name used in error messages; default: the command. */
  readonly label?: string;
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

const DEFAULT_OUTPUT_BYTES = 16 * 1024 * 1024;
/** Time between asking a process group to end and forcing it. */
const GRACE_MS = 1000;
/** How long streams held open by leftover grandchildren are waited for after the process itself has ended. */
const DRAIN_MS = 2000;

/**
 * Runs one program in a process group of its own and waits for it. A non-zero exit status is a result, not an error:
 * callers decide (see `runTool` for the usual decision).
 * Throws `ToolTimeout`, `ToolInterrupted`, and `ToolCrashed` when the program cannot be started at all.
 * However it ends, nothing of the group keeps running; that also holds when this process itself exits meanwhile.
 */
export function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const label = options.label ?? options.command;
  if (options.signal?.aborted === true) return Promise.reject(new ToolInterrupted(label));
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const limit = options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES;
    const out = new TailBuffer(limit);
    const err = new TailBuffer(limit);
    let stop: 'timeout' | 'interrupt' | undefined;
    let drainTimer: NodeJS.Timeout | undefined;
    let forceTimer: NodeJS.Timeout | undefined;

    const kill = (why: 'timeout' | 'interrupt'): void => {
      stop ??= why;
      killGroup(child, 'SIGTERM');
      forceTimer ??= setTimeout(() => {
        killGroup(child, 'SIGKILL');
        // A process stuck in the kernel may never report its end; the caller gets an answer anyway.
        drainTimer ??= setTimeout(() => finish(null, 'SIGKILL'), DRAIN_MS);
      }, GRACE_MS);
    };
    const onAbort = (): void => kill('interrupt');
    const onParentExit = (): void => killGroup(child, 'SIGKILL');
    const limitTimer = setTimeout(() => kill('timeout'), options.timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    process.once('exit', onParentExit);

    const release = (): void => {
      clearTimeout(limitTimer);
      clearTimeout(forceTimer);
      clearTimeout(drainTimer);
      options.signal?.removeEventListener('abort', onAbort);
      process.removeListener('exit', onParentExit);
    };
    const finish = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      release();
      killGroup(child, 'SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
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
      else if (stop === 'timeout') reject(new ToolTimeout(label, options.timeoutMs, tailOf(result)));
      else resolve(result);
    };

    child.on('error', (error) => {
      release();
      reject(new ToolCrashed(label, `could not be started (${error.message})`, ''));
    });
    child.on('close', finish);
    child.on('exit', (exitCode, signal) => {
      drainTimer ??= setTimeout(() => finish(exitCode, signal), DRAIN_MS);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      options.onOutput?.(chunk, 'stdout');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk);
      options.onOutput?.(chunk, 'stderr');
    });
    // A program that ends without reading its input closes the pipe; its exit status says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

/** The end of what a program printed: from its last error message on, else the end of stderr, else that of stdout. */
export function tailOf(result: Pick<ProcessResult, 'stdout' | 'stderr'>): string {
  const text = result.stderr.trim() === '' ? result.stdout : result.stderr;
  const lines = logTail(text).split('\n');
  const error = lines.findLastIndex((line) => /\berror\b/i.test(line));
  return lines.slice(Math.max(error, 0)).join('\n');
}

function killGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is already gone.
  }
}

/** Keeps the last `limit` bytes pushed. */
class TailBuffer {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  dropped = false;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size > this.limit) {
      const first = this.chunks.shift();
      if (first === undefined) return;
      const excess = this.size - this.limit;
      this.size -= first.length;
      this.dropped = true;
      if (first.length > excess) {
        const kept = first.subarray(excess);
        this.chunks.unshift(kept);
        this.size += kept.length;
      }
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}
