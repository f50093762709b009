import { writeFileSync } from 'node:fs';
import { logTail, ToolCrashed, ToolTimeout } from './errors.js';
import type { FoundTool } from './find.js';
import { runProcess } from './process.js';
import { tailOf, type ProcessResult } from './supervise.js';
import { warmChildren } from './warm.js';

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
    const result = await start(tool, options, (chunk, stream) => {
      if (options.logFile !== undefined) log.push(chunk);
      options.onOutput?.(chunk, stream);
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

/** In a warm child where the tool has such (they read no input), else in a process of its own. */
function start(
  { name, command, args, env, warm }: FoundTool,
  options: RunToolOptions,
  onOutput: NonNullable<RunToolOptions['onOutput']>,
): Promise<ProcessResult> {
  const { cwd, timeoutMs, signal, input } = options;
  const run = { label: name, cwd, timeoutMs, onOutput, ...(signal === undefined ? {} : { signal }) };
  if (warm !== undefined) {
    const program = { command, args: warm.args, env };
    return warmChildren.run(program, { ...run, command: warm.command, args: options.args });
  }
  const given = input === undefined ? {} : { input };
  return runProcess({ ...run, ...given, command, args: [...args, ...options.args], env });
}

function describeEnd(tool: FoundTool, result: ProcessResult): string {
  const which = `(${tool.origin} ${tool.version})`;
  return result.signal === null
    ? `${which} ended with exit status ${String(result.exitCode)}`
    : `${which} was killed by ${result.signal}`;
}
