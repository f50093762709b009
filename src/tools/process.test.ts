import { mkdtempSync, rmSync, writeFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess, ToolCrashed, ToolInterrupted, ToolTimeout, type ProcessOptions } from './index.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nomul-process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shell(script: string, more: Partial<ProcessOptions> = {}): ProcessOptions {
  return {
    command: '/bin/sh',
    args: ['-c', script],
    cwd: folder,
    timeoutMs: 20_000,
    label: 'shell',
    ...more,
  };
}
/** True while a process with this id exists (a zombie waiting for its parent counts as gone). */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function appears(file: string): Promise<string> {
  for (;;) {
    if (existsSync(file) && readFileSync(file, 'utf8').endsWith('\n')) return readFileSync(file, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function disappears(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 250 && isRunning(pid); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return !isRunning(pid);
}

describe('runProcess', () => {
  it('returns status and both streams, and passes input and environment', async () => {
    const run = shell('cat; echo "$GREETING" >&2; exit 3', {
      input: 'from stdin',
      env: { GREETING: 'hello' },
    });
    const result = await runProcess(run);
    expect(result).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: 'from stdin',
      stderr: 'hello\n',
      truncated: false,
    });
    expect([...result.stdoutBytes]).toEqual([...Buffer.from('from stdin')]);
  });

  it('reports the signal that ended a program', async () => {
    const result = await runProcess(shell('kill -SEGV $$'));
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  it('keeps the end of long output, to the byte', async () => {
    const seen: number[] = [];
    const script = 'i=0; while [ $i -lt 2000 ]; do echo "line $i of many"; i=$((i+1)); done';
    const run = shell(script, { maxOutputBytes: 1000, onOutput: (chunk) => seen.push(chunk.length) });
    const result = await runProcess(run);
    expect(result.truncated).toBe(true);
    expect(result.stdoutBytes.length).toBe(1000);
    expect(result.stdout.endsWith('line 1999 of many\n')).toBe(true);
    expect(seen.reduce((a, b) => a + b, 0)).toBeGreaterThan(30_000);
  });

  it('does not fail when the program never reads its input', async () => {
    const result = await runProcess(shell('exit 0', { input: new Uint8Array(4_000_000) }));
    expect(result.exitCode).toBe(0);
  });

  it('stops a hanging program and its children at the time limit', async () => {
    const pidFile = join(folder, 'hang.pid');
    const run = shell(`trap '' TERM; sleep 600 & echo $! > ${pidFile}; echo working; wait; sleep 600`, {
      timeoutMs: 300,
    });
    const failure: unknown = await runProcess(run).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolTimeout);
    expect(failure).toMatchObject({ code: 'TOOL_TIMEOUT', exitCode: 4, tool: 'shell', logTail: 'working' });
    expect(await disappears(Number(readFileSync(pidFile, 'utf8')))).toBe(true);
  });

  it('stops everything when the caller aborts', async () => {
    const pidFile = join(folder, 'abort.pid');
    const controller = new AbortController();
    const run = runProcess(shell(`sleep 600 & echo $! > ${pidFile}; wait`, { signal: controller.signal }));
    const failing = run.catch((error: unknown) => error);
    const pid = Number(await appears(pidFile));
    controller.abort();
    const failure = await failing;
    expect(failure).toBeInstanceOf(ToolInterrupted);
    expect(failure).toMatchObject({ exitCode: 130 });
    expect(await disappears(pid)).toBe(true);
  });

  it('does not start anything for a caller that has aborted already', async () => {
    const file = join(folder, 'never');
    const run = runProcess(shell(`touch ${file}`, { signal: AbortSignal.abort() }));
    await expect(run).rejects.toBeInstanceOf(ToolInterrupted);
    expect(existsSync(file)).toBe(false);
  });

  it('ends with the program even when a grandchild holds its output open', async () => {
    const pidFile = join(folder, 'grandchild.pid');
    const result = await runProcess(shell(`sleep 600 & echo $! > ${pidFile}; echo done`));
    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(await disappears(Number(readFileSync(pidFile, 'utf8')))).toBe(true);
  });

  it('says so when the program cannot be started', async () => {
    const file = join(folder, 'not-a-program');
    writeFileSync(file, 'text', { mode: 0o644 });
    const failure: unknown = await runProcess({
      command: file,
      args: [],
      cwd: folder,
      timeoutMs: 1000,
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolCrashed);
    expect(failure).toMatchObject({ code: 'TOOL_CRASHED', exitCode: 4 });
  });
});
