/** The whole job on a very small network, with the real tools (those of npm where none are installed). */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parseReport, type Report } from '../../src/report/index.js';
import { PACKAGE_ROOT } from '../../src/tools/index.js';
import {
  emptyFolder,
  envelopeOf,
  hashesBelow,
  nomul,
  nomulProcess,
  temporaryFolder,
  type Ended,
} from './nomul.js';
import { pictures, writeTiny, type TinyFiles } from './tiny-model.js';

const root = temporaryFolder();
let tiny: TinyFiles;

const words = (verb: string, folder: string, more: readonly string[] = []): string[] => {
  const device = ['--device', 'hx8k', '--array', '1x1', '--out', join(root, folder), '--json'];
  return [verb, tiny.model, '--samples', tiny.samples, '--labels', tiny.labels, ...device, ...more];
};
const reportIn = (folder: string): Report =>
  parseReport(JSON.parse(readFileSync(join(root, folder, 'report.json'), 'utf8')));
const textIn = (folder: string, name: string): string => readFileSync(join(root, folder, name), 'utf8');

beforeAll(() => {
  tiny = writeTiny(emptyFolder(root, 'tiny'));
  // One picture of a mapped netlist: compiling it with Verilator takes longer than running it in Icarus.
  vi.stubEnv('NOMUL_VERILATOR', join(root, 'no-verilator'));
});

describe('nomul build', () => {
  let ended: Ended;
  let report: Report;
  beforeAll(async () => {
    ended = await nomul(words('build', 'built'));
    expect(ended.exitCode, ended.stderr).toBe(0);
    report = reportIn('built');
  }, 600_000);

  it('prints one envelope with the report that it wrote', () => {
    const envelope = envelopeOf(ended);
    expect(envelope).toMatchObject({ verb: 'build', ok: true, exitCode: 0, problems: [], error: null });
    expect(envelope.result).toMatchObject({
      out: join(root, 'built'),
      report: reportIn('built'),
    });
  });

  it('reports accuracy, equality without a mismatch, cycles as predicted, device and speed', () => {
    expect(report.schemaVersion).toBeGreaterThanOrEqual(1);
    expect(report.accuracy?.pictures).toBe(pictures);
    expect(report.equality).toMatchObject([{ pictures, mismatches: 0 }]);
    expect(report.equality[0]?.cycles).toBeGreaterThan(0);
    expect(report.netlist).toMatchObject({
      simulator: 'mapped netlist in icarus',
      pictures: 1,
      mismatches: 0,
    });
    expect(report.latencyCycles.simulated).toBe(report.latencyCycles.predicted);
    expect(report.initiationInterval.simulated).toBe(report.initiationInterval.predicted);
    const { device } = report;
    if (device?.fmaxMHz == null) throw new Error('no device, or no clock');
    expect(device.name).toBe('hx8k');
    for (const count of [device.luts, device.registers, device.blockRams]) expect(count).toBeGreaterThan(0);
    expect(report.inferencesPerSecond).toBeCloseTo(
      (device.fmaxMHz * 1e6) / report.initiationInterval.predicted,
      3,
    );
    expect(report.tools.map(({ tool }) => tool)).toEqual(['yosys', 'nextpnr-ice40', 'icepack', 'iverilog']);
    for (const { version } of report.tools) expect(version).toMatch(/^(\d|unversioned)/);
    expect(report.inputs.map(({ role }) => role)).toEqual(['model', 'samples', 'labels']);
  });

  it('leaves bitstream, netlist, logs and a page, all of them listed', () => {
    const files = Object.keys(hashesBelow(join(root, 'built')));
    for (const name of [
      'tiny.bin',
      'netlist/netlist.json',
      'netlist/netlist.v',
      'logs/synthesis.log',
      'report.html',
    ])
      expect(files).toContain(name);
    expect(files.some((name) => name.includes('timing-failed'))).toBe(false);
    const listed = textIn('built', 'files.sha256')
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
    expect([...listed, 'files.sha256'].sort()).toEqual(files.sort());
  });

  it('stands alone: its own Makefile proves the Verilog with Icarus', () => {
    const { status, stdout } = spawnSync('make', ['-C', join(root, 'built'), 'sim'], { encoding: 'utf8' });
    expect(stdout).toMatch(/PASS: 4 pictures, 12 outputs equal/);
    expect(status).toBe(0);
  });

  it('may be repeated into the same folder after make sim, with the same result', async () => {
    const { 'testbench.vvp': program, 'sim.log': log, ...before } = hashesBelow(join(root, 'built'));
    expect([program, log]).not.toContain(undefined);
    const again = await nomul(words('build', 'built'));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(hashesBelow(join(root, 'built'))).toEqual(before);
  });

  it('counts changes of the cells it maps to, where there is a simulator for that', async () => {
    const without = await nomul(words('build', 'counted', ['--activity']));
    expect(without.exitCode).toBe(3);
    expect(envelopeOf(without).error?.message).toContain('verilator');
    vi.stubEnv('NOMUL_VERILATOR', undefined);
    const counted = await nomul(words('build', 'counted', ['--activity', '2', '--verify', '2']));
    vi.stubEnv('NOMUL_VERILATOR', join(root, 'no-verilator'));
    expect(counted.exitCode, counted.stderr).toBe(0);
    const { activity, device, initiationInterval, tools } = reportIn('counted');
    expect(activity).toMatchObject({ cyclesPerPicture: initiationInterval.predicted, pictures: 1 });
    const registers = activity?.cells.find(({ cell }) => cell === 'register');
    expect(registers?.count).toBe(device?.registers);
    expect(registers?.toggles).toBeGreaterThan(initiationInterval.predicted);
    expect(tools.map(({ tool }) => tool)).toContain('verilator');
  }, 300_000);

  it('names the critical path in the signals of the Verilog when the clock is missed, and marks the bitstream', async () => {
    const missed = await nomul(words('synth', 'missed', ['--clock', '500']));
    expect(missed.exitCode, missed.stderr).toBe(1);
    const [problem, ...others] = envelopeOf(missed).problems;
    expect(others).toEqual([]);
    expect(problem?.code).toBe('TIMING_FAILED');
    expect(problem?.message).toContain('the clock of 500 MHz is missed');
    const signals = reportIn('missed').clock.criticalPath?.steps.map(({ signal }) => signal) ?? [];
    expect(signals.length).toBeGreaterThan(1);
    const verilog = Object.keys(hashesBelow(join(root, 'missed', 'rtl')))
      .filter((name) => name.endsWith('.v'))
      .map((name) => textIn('missed', `rtl/${name}`))
      .join('\n');
    for (const signal of signals.filter((name) => name !== '')) {
      const own =
        signal
          .replace(/\[\d+\]$/, '')
          .split('.')
          .at(-1) ?? '';
      expect(verilog).toContain(own);
      expect(problem?.message).toContain(signal);
    }
    expect(reportIn('missed').clock).toMatchObject({ requestedMHz: 500, met: false });
    expect(existsSync(join(root, 'missed', 'tiny.timing-failed.bin'))).toBe(true);
    expect(existsSync(join(root, 'missed', 'tiny.bin'))).toBe(false);
  }, 300_000);
});

describe('nomul emit', () => {
  it('gives the same bytes each time', async () => {
    for (const folder of ['one', 'two']) expect((await nomul(words('emit', folder))).exitCode).toBe(0);
    const rtl = hashesBelow(join(root, 'one', 'rtl'));
    expect(Object.keys(rtl).length).toBeGreaterThan(10);
    expect(hashesBelow(join(root, 'two', 'rtl'))).toEqual(rtl);
  });
});

const built = join(PACKAGE_ROOT, 'dist/cli/main.js');
const hasBuild = existsSync(built);
if (!hasBuild) console.warn('dist/ is not built (npm run build): the tests of the built program do not run');

describe.runIf(hasBuild || process.env['CI'] !== undefined)('the built program', () => {
  it('prints its help', async () => {
    const { exitCode, stdout } = await nomulProcess(['--help'], { program: [built], cwd: root });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: nomul');
  });

  it('finds its package from another folder, emits, and has what runs the tools', async () => {
    const { exitCode, stderr } = await nomulProcess(words('emit', 'from-dist'), {
      program: [built],
      cwd: root,
    });
    expect(exitCode, stderr).toBe(0);
    expect(reportIn('from-dist').generator.name).toBe('nomul');
    expect(existsSync(join(PACKAGE_ROOT, 'dist/tools/wasm-child.mjs'))).toBe(true);
  });
});
