/**
 * What can go wrong with an external program. `exitCode` is the process exit code the command line documents for it;
 * `message` is written for the person at the terminal and names what failed, where, and what to do.
 */
export abstract class ToolError extends Error {
  abstract readonly code: string;
  abstract readonly exitCode: number;
  constructor(
    /** The tool's name as users know it (`yosys`, `nextpnr-ecp5` ...). */
    readonly tool: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The program is not there, or every candidate found was unusable. */
export class ToolMissing extends ToolError {
  readonly code = 'TOOL_MISSING';
  readonly exitCode = 3;
  constructor(
    tool: string,
    message: string,
    /** The command that installs it. */
    readonly install: string,
  ) {
    super(tool, `${message}\n  install it with: ${install}`);
  }
}

/** The program ended with an error, was killed from outside, or wrote something unusable. */
export class ToolCrashed extends ToolError {
  readonly code = 'TOOL_CRASHED';
  readonly exitCode = 4;
  constructor(
    tool: string,
    what: string,
    /** The last lines it printed. */
    readonly logTail: string,
    readonly logFile?: string,
  ) {
    super(tool, withLog(`${tool} ${what}`, logTail, logFile));
  }
}

/** The program ran past its time limit and was killed with everything it had started. */
export class ToolTimeout extends ToolError {
  readonly code = 'TOOL_TIMEOUT';
  readonly exitCode = 4;
  constructor(
    tool: string,
    readonly limitMs: number,
    readonly logTail: string,
    readonly logFile?: string,
  ) {
    const limit = `${String(Math.round(limitMs / 100) / 10)} s`;
    super(
      tool,
      withLog(`${tool} did not finish within its limit of ${limit} and was stopped`, logTail, logFile),
    );
  }
}

/** The caller asked to stop (Ctrl-C); the program was killed with everything it had started. */
export class ToolInterrupted extends ToolError {
  readonly code = 'INTERRUPTED';
  readonly exitCode = 130;
  constructor(tool: string) {
    super(tool, `${tool} was interrupted`);
  }
}

/** A folder that results or the cache should go to cannot be written. */
export class FolderNotWritable extends Error {
  readonly code = 'FOLDER_NOT_WRITABLE';
  readonly exitCode = 2;
  constructor(
    readonly folder: string,
    reason: string,
  ) {
    super(`cannot write to the folder ${folder} (${reason}); choose another one or change its permissions`);
    this.name = 'FolderNotWritable';
  }
}

/** The last `lineCount` lines of a log, without trailing white space. */
export function logTail(text: string, lineCount = 15): string {
  return text.trimEnd().split('\n').slice(-lineCount).join('\n');
}

function withLog(sentence: string, tail: string, logFile: string | undefined): string {
  const where = logFile === undefined ? '' : `\n  full log: ${logFile}`;
  const last = tail === '' ? '' : `\n  its last lines:\n${tail.replace(/^/gm, '    ')}`;
  return `${sentence}${where}${last}`;
}
