/** The three readers of Verilog that everything we emit must please without a word. */
import { runYosys } from '@yowasp/yosys';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmittedFile } from '../../src/hdl/index.js';

const timeLimitMs = 60_000;

/** Runs a program in a fresh folder that holds `files`; gives everything it printed, and whether it failed. */
export function runIn(
  files: readonly EmittedFile[],
  commands: readonly (readonly [program: string, ...args: string[]])[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'nomul-verilog-'));
  try {
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    return commands.map(([program, ...args]) => run(program, args, folder)).join('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, args, {
      cwd,
      timeout: timeLimitMs,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if (!(error instanceof Error) || !('stderr' in error)) throw error;
    const printed = 'stdout' in error ? `${String(error.stdout)}${String(error.stderr)}` : '';
    return `${program} failed: ${error.message}\n${printed}`;
  }
}

const verilogNames = (files: readonly EmittedFile[]): string[] =>
  files.map(({ name }) => name).filter((name) => name.endsWith('.v'));

/** Complaints of Verilator -Wall and Icarus -Wall; empty when there are none. `flags` go to Verilator. */
export function lintFast(files: readonly EmittedFile[], top: string, flags: readonly string[] = []): string {
  const sources = verilogNames(files);
  return runIn(files, [
    ['verilator', '--lint-only', '-Wall', ...flags, '--top-module', top, ...sources],
    ['iverilog', '-Wall', '-g2005', '-s', top, '-o', 'lint.vvp', ...sources],
  ]);
}

/** Runs Yosys commands over the files and returns its log; an error ends the log. */
export async function yosysLog(files: readonly EmittedFile[], script: string): Promise<string> {
  let log = '';
  const print = (bytes: Uint8Array | null): void => {
    if (bytes !== null) log += Buffer.from(bytes).toString();
  };
  const tree = Object.fromEntries(files.map(({ name, text }) => [name, text]));
  try {
    await runYosys(['-p', script], tree, { stdout: print, stderr: print });
  } catch (error) {
    log += `\nyosys failed: ${String(error)}`;
  }
  return log;
}

/** What `yosys check` and the steps before it complain about; `top` undefined: every module is one. */
export async function yosysComplaints(files: readonly EmittedFile[], top?: string): Promise<string> {
  const hierarchy = top === undefined ? 'hierarchy -check' : `hierarchy -check -top ${top}`;
  const log = await yosysLog(
    files,
    `read_verilog ${verilogNames(files).join(' ')}; ${hierarchy}; proc; check -assert`,
  );
  const complaints = log.split('\n').filter((line) => /warning|error|failed/i.test(line));
  return complaints.join('\n');
}

/** Complaints of all three tools about the emitted files; an empty string when there are none. */
export async function lintVerilog(files: readonly EmittedFile[], top: string): Promise<string> {
  return lintFast(files, top) + (await yosysComplaints(files, top));
}
