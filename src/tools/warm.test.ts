import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool, runProcess, runTool, ToolCrashed, ToolInterrupted, ToolTimeout } from './index.js';
import { WarmChildren, type WarmProgram, type WarmRun } from './warm.js';

/** Stands in for an npm package: the same two exports as the bundles of YoWASP have. */
const PACKAGE = `
export class Exit extends Error { constructor(code, files) { super(); Object.assign(this, { code, files }); } }
export const commands = {
  pid: () => { process.stdout.write(String(process.pid)); return {}; },
  copy: (args, files) => ({ ...files, copy: files.original }),
  flood: ([size], files, { stdout, stderr }) => {
    for (let i = 0; i < Number(size); i += 1000) { stdout(Buffer.alloc(1000, 'o')); stderr(Buffer.alloc(1000, 'e')); }
    stdout(Buffer.from('end')); console.error('last');
    return {};
  },
  refuse: () => { process.stderr.write('ERROR: no'); throw new Exit(1, { written: new Uint8Array([1]) }); },
  trap: () => { console.log('so far'); throw new WebAssembly.RuntimeError('unreachable'); },
  fail: () => { throw new TypeError('a bug'); },
  fill: () => { for (const all = [];;) all.push(new Array(1e6).fill(1)); },
  hang: (args, files, { stdout }) => { stdout(Buffer.from('working')); for (;;); },
};`;

let root = '';
let program: WarmProgram;
const children = new WarmChildren();
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nomul-warm-'));
  const entry = join(root, 'package.mjs');
  writeFileSync(entry, PACKAGE);
  const child = fileURLToPath(new URL('./wasm-child.mjs', import.meta.url));
  program = { command: process.execPath, args: ['--max-old-space-size=60', child, entry], env: {} };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = (command: string, more: Partial<WarmRun> = {}): WarmRun => ({
  command,
  args: [],
  cwd: root,
  label: 'tool',
  timeoutMs: 60_000,
  ...more,
});
/** The child that does the next run. */
const pidOf = async (pool = children, of = program): Promise<number> =>
  Number((await pool.run(of, run('pid'))).stdout);
const failureOf = (running: Promise<unknown>): Promise<unknown> => running.catch((error: unknown) => error);

/** Resolves once no process has this number (a zombie waiting for its parent counts as none). */
async function disappears(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  while (isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('warm children', () => {
  it('do one run after the other, each in its own folder', async () => {
    const pid = await pidOf();
    for (const content of ['first', 'second']) {
      const folder = mkdtempSync(join(root, 'work-'));
      writeFileSync(join(folder, 'original'), content);
      await children.run(program, run('copy', { cwd: folder }));
      expect(readFileSync(join(folder, 'copy'), 'utf8')).toBe(content);
    }
    expect(await pidOf()).toBe(pid);
  });

  it('serve one environment each, and one run at a time', async () => {
    const pool = new WarmChildren();
    const other = { ...program, env: { NOMUL_CACHE: 'elsewhere' } };
    const atOnce = await Promise.all([pidOf(pool), pidOf(pool), pidOf(pool, other)]);
    expect(new Set(atOnce).size).toBe(3);
    expect(atOnce.slice(0, 2)).toContain(await pidOf(pool));
    expect(await pidOf(pool, other)).toBe(atOnce[2]);
  });

  it('are kept up to a number, and up to a size', async () => {
    const single = new WarmChildren({ mostIdle: 1, mostResidentMiB: 800 });
    const first = await pidOf(single);
    await pidOf(single, { ...program, env: { NOMUL_CACHE: 'elsewhere' } });
    await disappears(first);
    const small = new WarmChildren({ mostIdle: 1, mostResidentMiB: 1 });
    await disappears(await pidOf(small));
  });

  it('give all output of a run, and of no other', async () => {
    for (const size of [3_000_000, 0, 1000]) {
      const { stdout, stderr } = await children.run(program, run('flood', { args: [String(size)] }));
      expect([stdout.length, stderr.length]).toEqual([size + 3, size + 5]);
      expect([stdout.endsWith('end'), stderr.endsWith('last\n')]).toEqual([true, true]);
    }
    const limited = run('flood', { args: ['50000'], maxOutputBytes: 1000 });
    const { stdout, truncated } = await children.run(program, limited);
    expect([stdout.length, truncated]).toEqual([1000, true]);
  });

  it('end as a process of their own does, whatever happens, and the next run is none the worse', async () => {
    for (const command of ['refuse', 'trap', 'fail', 'fill']) {
      const before = await pidOf();
      const warm = await children.run(program, run(command));
      const alone = { ...program, args: [...program.args, command], cwd: root, timeoutMs: 60_000 };
      const { exitCode, signal, stdout } = await runProcess(alone);
      expect(warm, command).toMatchObject({ exitCode, signal, stdout });
      expect((await pidOf()) === before, command).toBe(command === 'refuse');
    }
    expect([...readFileSync(join(root, 'written'))]).toEqual([1]);
  });

  it('are killed at the time limit and when the caller aborts', async () => {
    const pid = await pidOf();
    const failure = await failureOf(children.run(program, run('hang', { timeoutMs: 300 })));
    expect(failure).toBeInstanceOf(ToolTimeout);
    expect(failure).toMatchObject({ limitMs: 300, logTail: 'working' });
    await disappears(pid);
    const [next, controller] = [await pidOf(), new AbortController()];
    const stopped = run('hang', { signal: controller.signal, onOutput: () => controller.abort() });
    expect(await failureOf(children.run(program, stopped))).toBeInstanceOf(ToolInterrupted);
    await disappears(next);
    expect(await pidOf()).not.toBe(next);
  });

  it('may be killed while they wait: the run is done by another', async () => {
    const pid = await pidOf();
    process.kill(pid, 'SIGKILL');
    expect(await pidOf()).not.toBe(pid);
  });

  it('say that a folder is missing', async () => {
    const failure = await failureOf(children.run(program, run('pid', { cwd: join(root, 'gone') })));
    expect(failure).toBeInstanceOf(ToolCrashed);
    expect(String(failure)).toContain(`could not be started (no folder ${join(root, 'gone')})`);
  });

  it.each(['ends', 'is killed'])('keep no process alive, and end when theirs %s', async (how) => {
    const script = `
      const { WarmChildren } = await import(${JSON.stringify(new URL('./warm.ts', import.meta.url).href)});
      const pool = new WarmChildren();
      const result = await pool.run(${JSON.stringify(program)}, ${JSON.stringify(run('pid'))});
      ${how === 'ends' ? '' : 'setInterval(() => {}, 1000);'}
      console.log(result.stdout);`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    const ended = new Promise((resolve) => parent.once('exit', (code, signal) => resolve(code ?? signal)));
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (said) => resolve(Number(said))),
    );
    if (how === 'is killed') parent.kill('SIGKILL');
    expect(await ended).toBe(how === 'ends' ? 0 : 'SIGKILL');
    await disappears(pid);
  });
});

describe('Yosys and nextpnr', () => {
  const adder =
    'module top(input clk, input [2:0] a, b, output reg [2:0] q); always @(posedge clk) q <= q + (a ^ b); endmodule\n';
  const synthesis = [
    '-q',
    '-p',
    'read_verilog t.v; synth_ice40 -top top -json top.json; write_verilog out.v',
  ];
  const placing = [
    '--lp384',
    '--json',
    'top.json',
    '--asc',
    'out.asc',
    '--report',
    'out.json',
    '--seed',
    '3',
  ];

  const runs = [
    ['yosys', synthesis, ['top.json', 'out.v']],
    ['nextpnr-ice40', placing, ['out.asc', 'out.json']],
  ] as const;

  it('write the same bytes in a warm child as in a process of their own', async () => {
    const cwd = mkdtempSync(join(root, 'work-'));
    writeFileSync(join(cwd, 't.v'), adder);
    for (const [name, args, outputs] of runs) {
      const tool = await findTool(name, { force: 'npm' });
      const alone = () => runProcess({ ...tool, args: [...tool.args, ...args], cwd, timeoutMs: 100_000 });
      const warm = () => runTool(tool, { args, cwd, timeoutMs: 100_000 });
      const written: (readonly string[])[] = [];
      for (const way of [alone, warm, warm, warm]) {
        for (const file of outputs) rmSync(join(cwd, file), { force: true });
        expect((await way()).exitCode, name).toBe(0);
        written.push(outputs.map((file) => readFileSync(join(cwd, file), 'latin1')));
      }
      for (const files of written.slice(1)) expect(files, name).toEqual(written[0]);
    }
  });
});
