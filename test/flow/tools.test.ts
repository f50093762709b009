/** Tools that are missing, crash, hang, are killed; designs that are too large; Ctrl-C. The tools are small scripts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  answering,
  emptyFolder,
  envelopeOf,
  expectClearFailure,
  fakeTools,
  hashesBelow,
  leftovers,
  nomul,
  nomulProcess,
  temporaryFolder,
  type Ended,
} from './nomul.js';
import { writeTiny, type TinyFiles } from './tiny-model.js';

const root = temporaryFolder();
const results = emptyFolder(root, 'results');
const out = join(results, 'earlier');
let tiny: TinyFiles;
let before: Readonly<Record<string, string>>;

const words = (verb: string, array: string, more: readonly string[]): string[] => {
  const given = ['--samples', tiny.samples, '--out', out, '--device', 'hx8k', '--array', array];
  return [verb, tiny.model, ...given, '--json', ...more];
};

beforeAll(async () => {
  tiny = writeTiny(emptyFolder(root, 'tiny'));
  expect((await nomul(words('emit', '1x1', []))).exitCode).toBe(0);
  before = hashesBelow(out);
});
let caches = 0;
// Fakes of one version must not see each other's results.
beforeEach(() => void vi.stubEnv('NOMUL_CACHE', join(root, `cache${caches++}`)));

/** Writes what Yosys would, with `perPe` lookup tables a PE; counts its runs in `runs`. */
const yosysWith = (perPe: number, runs: string): string =>
  answering.yosys(`echo run >> ${runs}
rows=$(ls | sed -n 's/^ternary_dot_r\\([0-9]*\\)_.*/\\1/p')
columns=$(grep -c 'ternary_dot_r' compute_array.v)
luts=$((rows * columns * ${perPe}))
echo '{"modules": {"tiny": {}}, "design": {"num_cells_by_type": {"SB_LUT4": '$luts'}}}' > stat.json
echo '{"modules": {"tiny": {"ports": {"clk": {"bits": [2]}}}}}' > netlist.json
echo 'module tiny; endmodule' > netlist.v`);
const nextpnr = answering['nextpnr-ice40'](
  `echo '{"fmax": {"clk": {"achieved": 61.5, "constraint": 50}}, "utilization": {}, "critical_paths": []}' > report.json
echo text > design.asc`,
);
const icepack = answering.icepack('echo bits > design.bin');
const runs = join(root, 'runs');
const working = { yosys: yosysWith(10, runs), 'nextpnr-ice40': nextpnr, icepack };

const failed = async (
  exitCode: number,
  scripts: Readonly<Record<string, string>>,
  more: readonly string[] = [],
  array = '1x1',
) => {
  const folder = fakeTools(root, scripts);
  const ended = await nomul(words('synth', array, ['--tools', folder, ...more]));
  expectUntouched(ended, exitCode);
  expectClearFailure(ended);
  return { code: envelopeOf(ended).error?.code, message: envelopeOf(ended).error?.message ?? '' };
};

const expectUntouched = (ended: Ended, exitCode: number): void => {
  expect(ended.exitCode, ended.stderr).toBe(exitCode);
  expect(hashesBelow(out)).toEqual(before);
  expect(leftovers(results)).toEqual([]);
};

describe('a tool', () => {
  it('that is missing: which, where it was looked for, the command that installs it', async () => {
    const { code, message } = await failed(3, {});
    expect(code).toBe('TOOL_MISSING');
    expect(message).toContain('yosys (needed for synthesis) was not found');
    expect(message).toContain('install it with: make setup');
  });

  it('that is needed last is missed first', async () => {
    const { yosys, 'nextpnr-ice40': placer } = working;
    const { message } = await failed(3, { yosys, 'nextpnr-ice40': placer });
    expect(message).toContain('icepack');
    expect(existsSync(runs)).toBe(false);
  });

  it('that crashes: its name, its status, what it said last', async () => {
    const yosys = answering.yosys('echo "ERROR: syntax error in tiny.v" >&2; exit 1');
    const { code, message } = await failed(4, { ...working, yosys });
    expect(code).toBe('TOOL_CRASHED');
    expect(message).toMatch(/^yosys .*exit status 1/);
    expect(message).toContain('syntax error in tiny.v');
    const log = /full log: (.+)/.exec(message)?.[1] ?? '';
    expect(readFileSync(log, 'utf8')).toContain('syntax error');
  });

  it.each(['nextpnr-ice40', 'icepack'] as const)('that crashes late: %s', async (name) => {
    const { code, message } = await failed(4, { ...working, [name]: answering[name]('echo broken; exit 3') });
    expect(code).toBe('TOOL_CRASHED');
    expect(message).toContain(`${name} (configured`);
    expect(message).toContain('exit status 3');
  });

  it('that is killed', async () => {
    const { message } = await failed(4, { ...working, yosys: answering.yosys('kill -9 $$') });
    expect(message).toContain('killed by SIGKILL');
  });

  it('that hangs is stopped at its time limit', async () => {
    const pid = join(root, 'hanging');
    const yosys = answering.yosys(`echo $$ > ${pid}; sleep 600`);
    const { code, message } = await failed(4, { ...working, yosys }, ['--time-limit', '0.02']);
    expect(code).toBe('TOOL_TIMEOUT');
    expect(message).toContain('1.2 s');
    expect(isRunning(pid)).toBe(false);
  });

  it('that succeeds and writes nothing usable', async () => {
    const { code } = await failed(4, { ...working, yosys: answering.yosys('echo "{" > stat.json') });
    expect(code).toBe('UNREADABLE_REPORT');
  });
});

const isRunning = (pidFile: string): boolean => {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
};

describe('a design that does not fit', () => {
  const counted = (name: string): readonly string[] =>
    readFileSync(join(root, name), 'utf8').trim().split('\n');

  it('is refused with what is needed, what there is, and the nearest size that fits', async () => {
    // 500 a PE: 15 PEs fit hx8k.
    const yosys = yosysWith(500, join(root, 'runs-500'));
    const { code, message } = await failed(2, { ...working, yosys }, [], '8x8');
    expect(code).toBe('DOES_NOT_FIT');
    expect(message).toContain('hx8k: 32000 LUTs needed, 7680 available with --array 8x8');
    expect(message).toContain('--array 3x3 is the nearest size that fits');
    // 8x8 itself, then bisection over seven smaller ones.
    expect(counted('runs-500').length).toBeLessThanOrEqual(5);
  });

  it('at any size says so', async () => {
    const yosys = yosysWith(10_000, join(root, 'runs-10000'));
    const { message } = await failed(2, { ...working, yosys }, [], '2x2');
    expect(message).toContain('no smaller array fits either; choose a larger device');
  });

  it('only after packing is refused in the same way, with room for what packing adds', async () => {
    const yosys = yosysWith(450, join(root, 'runs-450'));
    const full = answering['nextpnr-ice40'](
      'echo "Info:  ICESTORM_LC:  9000/  7680  117%"; echo "ERROR: no place"; exit 1',
    );
    const { code, message } = await failed(2, { ...working, yosys, 'nextpnr-ice40': full }, [], '4x4');
    expect(code).toBe('DOES_NOT_FIT');
    expect(message).toContain('9000 logic cells needed, 7680 available');
    expect(message).toContain('--array 3x3 is the nearest size that fits');
  });

  it('for want of pins is no question of size', async () => {
    const yosys = working.yosys.replace('[2]', `[${Array.from({ length: 300 }, (_, bit) => bit).join(',')}]`);
    const { message } = await failed(2, { ...working, yosys }, [], '4x4');
    expect(message).toContain('300 pins needed, 206 available');
    expect(message).toContain('no array size changes that');
  });
});

describe('Ctrl-C', () => {
  const interrupt = async (yosys: string, pid: string, times: number): Promise<Ended> => {
    const folder = fakeTools(root, { ...working, yosys });
    let sent = 0;
    return nomulProcess(words('synth', '1x1', ['--tools', folder]), {
      meanwhile: (send) => {
        if (!existsSync(pid) || readFileSync(pid, 'utf8') === '' || sent >= times) return;
        send('SIGINT');
        sent++;
      },
    });
  };

  it('stops the tools, removes what is unfinished, leaves the earlier result, and exits with 130', async () => {
    const pid = join(root, 'interrupted');
    const ended = await interrupt(answering.yosys(`echo $$ > ${pid}; sleep 600`), pid, 1);
    expectUntouched(ended, 130);
    expectClearFailure(ended);
    expect(envelopeOf(ended).error).toEqual({ code: 'INTERRUPTED', message: 'interrupted' });
    expect(isRunning(pid)).toBe(false);
  });

  it('pressed twice ends at once, and as cleanly', async () => {
    const pid = join(root, 'twice');
    const stubborn = answering.yosys(`trap '' TERM; echo $$ > ${pid}; while :; do sleep 1; done`);
    expectUntouched(await interrupt(stubborn, pid, 2), 130);
    // Killed while nobody waits for it: the system needs a moment to take it away.
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  it.each(['read model ...', 'generate hardware ...', 'reference ...', 'simulate ...'])(
    'at "%s"',
    async (stage) => {
      const ended = await nomul(words('sim', '1x1', []), stage);
      expectUntouched(ended, 130);
      expect(ended.stderr).toMatch(/error interrupted\n$/);
    },
  );
});

describe('a result', () => {
  it('replaces the earlier one completely', async () => {
    const folder = join(root, 'replaced');
    const to = (more: readonly string[]): string[] => [...words('synth', '2x2', more), '--out', folder];
    expect((await nomul([...words('emit', '1x1', []), '--out', folder])).exitCode).toBe(0);
    const emitted = hashesBelow(folder);
    const ended = await nomul(to(['--tools', fakeTools(root, working)]));
    expect(ended.exitCode, ended.stderr).toBe(0);
    const built = hashesBelow(folder);
    expect(Object.keys(emitted).some((name) => !(name in built))).toBe(true);
    expect(built['tiny.bin']).toBeDefined();
    // The folder holds the files of the second run's manifest and none else.
    const listed = readFileSync(join(folder, 'files.sha256'), 'utf8').matchAll(/^([0-9a-f]{64}) {2}(.*)$/gm);
    const expected = Object.fromEntries(Array.from(listed, ([, hash = '', name = '']) => [name, hash]));
    const { 'files.sha256': manifest, ...others } = built;
    expect(manifest).toBeDefined();
    expect(others).toEqual(expected);
    expect(Object.keys(others).sort()).toEqual([...resultFiles(ended)].sort());
  });
});

const resultFiles = (ended: Ended): readonly string[] => {
  const { result } = envelopeOf(ended);
  if (typeof result !== 'object' || result === null || !('files' in result) || !Array.isArray(result.files))
    return [];
  return result.files.map(String);
};
