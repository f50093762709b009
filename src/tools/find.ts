import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ToolError, ToolInterrupted, ToolMissing } from './errors.js';
import { compareVersions, TOOLS, type ToolName, type ToolSpec } from './known-tools.js';
import { cacheFolder, npmPackage, pypiPackageVersion, venvFolder } from './locations.js';
import { runProcess } from './process.js';

/** Where a tool was found: a path the user gave, the system's PATH, or a WebAssembly build from npm or PyPI. */
export type ToolOrigin = 'configured' | 'native' | 'npm' | 'pypi';

/** A tool that answers, ready for `runTool`. */
export interface FoundTool {
  readonly name: ToolName;
  readonly origin: ToolOrigin;
  /** As the tool or its package says; `unversioned` for programs that have none. */
  readonly version: string;
  /** What is executed: `command` with `args` before the tool's own arguments, and `env` added to the environment. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** npm builds: how `runTool` runs `warm.command` in a child that lives on, started with `warm.args` instead of `args`. */
  readonly warm?: { readonly args: readonly string[]; readonly command: string };
}

export interface FindOptions {
  /** A path to one program, by tool; comes before the environment variables NOMUL_YOSYS and so on. */
  readonly paths?: Readonly<Partial<Record<ToolName, string>>>;
  /**
   * `--tools`: `npm` uses only WebAssembly builds (npm and PyPI), `native` only programs on PATH, anything else is a
   * folder that holds the programs. Simulators have no WebAssembly build and are always looked for natively as well.
   */
  readonly force?: string;
  /** Environment to read; default this process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** A program that takes longer to say its version counts as hanging. Default 20 s. */
  readonly versionTimeoutMs?: number;
}

/** A place that was looked at and could not be used. */
export interface Rejected {
  readonly where: string;
  readonly why: string;
}
export type FindResult =
  | { readonly found: FoundTool; readonly rejected: readonly Rejected[] }
  | { readonly found?: undefined; readonly rejected: readonly Rejected[] };

const DEFAULT_VERSION_LIMIT_MS = 20_000;

/**
 * Finds a tool: a configured path first, then PATH at or above the minimum version, then npm or PyPI.
 * Throws `ToolMissing` with what was tried and the command that installs it.
 * A configured path that does not work is an error, not a reason to look elsewhere.
 */
export async function findTool(name: ToolName, options: FindOptions = {}): Promise<FoundTool> {
  const result = await lookForTool(name, options);
  if (result.found !== undefined) return result.found;
  const spec = TOOLS[name];
  const tried = result.rejected.map(({ where, why }) => `\n  looked at ${where}: ${why}`).join('');
  throw new ToolMissing(name, `${name} (needed for ${spec.purpose}) was not found${tried}`, spec.install);
}

/** As `findTool`, with the reasons as data instead of an error. */
export async function lookForTool(name: ToolName, options: FindOptions = {}): Promise<FindResult> {
  const spec = TOOLS[name];
  const env = options.env ?? process.env;
  const rejected: Rejected[] = [];
  for (const candidate of candidates(spec, options, env)) {
    const outcome = await candidate();
    if ('why' in outcome) rejected.push(outcome);
    else return { found: outcome, rejected };
  }
  return { rejected };
}

type Candidate = () => Promise<FoundTool | Rejected>;

function candidates(spec: ToolSpec, options: FindOptions, env: NodeJS.ProcessEnv): readonly Candidate[] {
  const native: Candidate = () => tryPath(spec, env, options);
  const wasm: readonly Candidate[] = [
    ...(spec.npm === undefined ? [] : [() => Promise.resolve(tryNpm(spec))]),
    ...(spec.pypi === undefined ? [] : [() => Promise.resolve(tryPypi(spec, env))]),
  ];
  const nativeOnly = wasm.length === 0;
  switch (options.force) {
    case 'npm':
      return nativeOnly ? [native] : wasm;
    case 'native':
      return [native];
    case undefined: {
      const configured = nonEmpty(options.paths?.[spec.name]) ?? nonEmpty(env[spec.envVariable]);
      if (configured !== undefined)
        return [() => tryProgram(spec, resolve(configured), 'configured', options)];
      return [native, ...wasm];
    }
    default: {
      const program = join(resolve(options.force), spec.name);
      const inFolder: Candidate = () => tryProgram(spec, program, 'configured', options);
      return nativeOnly ? [inFolder, native] : [inFolder];
    }
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

async function tryPath(
  spec: ToolSpec,
  env: NodeJS.ProcessEnv,
  options: FindOptions,
): Promise<FoundTool | Rejected> {
  const program = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, spec.name))
    .find(isExecutable);
  if (program === undefined) return { where: 'PATH', why: `no program ${spec.name}` };
  const outcome = await tryProgram(spec, program, 'native', options);
  if ('why' in outcome) return outcome;
  const oldest = spec.minimumNative;
  const tooOld = oldest !== '' && compareVersions(outcome.version, oldest) < 0;
  return tooOld ? { where: program, why: `version ${outcome.version} is older than ${oldest}` } : outcome;
}

async function tryProgram(
  spec: ToolSpec,
  program: string,
  origin: ToolOrigin,
  options: FindOptions,
): Promise<FoundTool | Rejected> {
  if (!isExecutable(program)) return { where: program, why: 'no such program' };
  try {
    const result = await runProcess({
      command: program,
      args: spec.versionArgs,
      cwd: tmpdir(),
      timeoutMs: options.versionTimeoutMs ?? DEFAULT_VERSION_LIMIT_MS,
      label: program,
      maxOutputBytes: 64 * 1024,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const match = spec.versionPattern.exec(`${result.stdout}\n${result.stderr}`);
    if (match?.[1] === undefined) return { where: program, why: describeSilence(spec, result) };
    const version = /^\d/.test(match[1]) ? match[1] : 'unversioned';
    return { name: spec.name, origin, version, command: program, args: [], env: {} };
  } catch (error) {
    if (error instanceof ToolInterrupted || !(error instanceof ToolError)) throw error;
    const why = error.code === 'TOOL_TIMEOUT' ? `hung when asked for its version` : 'could not be started';
    return { where: program, why };
  }
}

function describeSilence(
  spec: ToolSpec,
  result: { readonly exitCode: number | null; readonly signal: string | null },
): string {
  if (result.signal !== null) return `was killed by ${result.signal} when asked for its version`;
  const status = String(result.exitCode);
  return `gave no version that could be read for "${spec.versionArgs.join(' ')}" (exit status ${status})`;
}

function tryNpm(spec: ToolSpec): FoundTool | Rejected {
  if (spec.npm === undefined) return { where: 'npm', why: 'no such package' };
  const installed = npmPackage(spec.npm.package);
  if (installed === undefined) return { where: `npm package ${spec.npm.package}`, why: 'not installed' };
  const entry = join(installed.folder, 'gen', 'bundle.js');
  const child = fileURLToPath(new URL('./wasm-child.mjs', import.meta.url));
  const serving = ['--no-warnings', child, entry];
  return {
    name: spec.name,
    origin: 'npm',
    version: installed.version,
    command: process.execPath,
    args: [...serving, spec.npm.command],
    env: {},
    warm: { args: serving, command: spec.npm.command },
  };
}

function tryPypi(spec: ToolSpec, env: NodeJS.ProcessEnv): FoundTool | Rejected {
  if (spec.pypi === undefined) return { where: 'PyPI', why: 'no such package' };
  const venv = venvFolder(env);
  const where = `PyPI package ${spec.pypi.package} in ${venv}`;
  const version = pypiPackageVersion(venv, spec.pypi.package);
  const script = join(venv, 'bin', spec.pypi.script);
  if (version === undefined || !isExecutable(script)) return { where, why: 'not installed' };
  const cache = join(cacheFolder(env), 'yowasp');
  return {
    name: spec.name,
    origin: 'pypi',
    version,
    command: script,
    args: [],
    env: { YOWASP_CACHE_DIR: cache },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
