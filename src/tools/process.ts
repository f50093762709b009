import { spawn } from 'node:child_process';
import { ToolInterrupted } from './errors.js';
import { endGroup, supervise, type ProcessResult, type RunLimits } from './supervise.js';

export interface ProcessOptions extends RunLimits {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name used in error messages; default: the command. */
  readonly label?: string;
}

/**
 * Runs one program in a process group of its own and waits for it. A non-zero exit status is a result, not an error:
 * callers decide (see `runTool` for the usual decision).
 * Throws `ToolTimeout`, `ToolInterrupted`, and `ToolCrashed` when the program cannot be started at all.
 * However it ends, nothing of the group keeps running; that also holds when this process itself exits meanwhile.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const label = options.label ?? options.command;
  if (options.signal?.aborted === true) throw new ToolInterrupted(label);
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // A program that ends without reading its input closes the pipe; its exit status says what happened.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  try {
    return await supervise(child, label, options);
  } finally {
    endGroup(child);
  }
}
