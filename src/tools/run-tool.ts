import { writeFileSync } from 'node:fs';
import { logTail, ToolCrashed, ToolTimeout } from './errors.js';
import type { FoundTool } from './find.js';
import { runProcess, tailOf, type ProcessResult } from './process.js';

export interface RunToolOptions {
  readonly args: readonly string[];
  /**
   * Working directory of the job. WebAssembly builds from npm see only the files below it, so every path among `args`
   * is relative to it.
   */
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly input?: string | Uint8Array;
  /** Everything the tool prints is written to this file, also when it fails. */
  readonly logFile?: string;
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void;
}

/**
 * Runs a found tool and expects exit status 0.
 * Throws `ToolCrashed` (other status, or ended by a signal), `ToolTimeout`, `ToolInterrupted`.
 */
export async function runTool(tool: FoundTool, options: RunToolOptions): Promise<ProcessResult> {
  const log: Uint8Array[] = [];
  try {
    const result = await runProcess({
      command: tool.command,
      args: [...tool.args, ...options.args],
      cwd: options.cwd,
      env: tool.env,
      timeoutMs: options.timeoutMs,
      label: tool.name,
      onOutput: (chunk, stream) => {
        if (options.logFile !== undefined) log.push(chunk);
        options.onOutput?.(chunk, stream);
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    if (result.exitCode === 0) return result;
    throw new ToolCrashed(tool.name, describeEnd(tool, result), tailOf(result), options.logFile);
  } catch (error) {
    if (!(error instanceof ToolTimeout)) throw error;
    throw new ToolTimeout(tool.name, error.limitMs, logTail(error.logTail), options.logFile);
  } finally {
    if (options.logFile !== undefined) writeFileSync(options.logFile, Buffer.concat(log));
  }
}

function describeEnd(tool: FoundTool, result: ProcessResult): string {
  const which = `(${tool.origin} ${tool.version})`;
  return result.signal === null
    ? `${which} ended with exit status ${String(result.exitCode)}`
    : `${which} was killed by ${result.signal}`;
}
