import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BuildOptions, DoctorResult, EmitOptions, SimOptions, SynthOptions } from '../flow/index.js';
import { exitCodes, exitCodeText } from './index.js';
import { failureOf } from './exit-codes.js';
import { lineProgress } from './progress.js';
import { parseCommandLine } from './program.js';
import { exampleResult, runFake } from './testing/fake.js';
import { arraySize, positiveFraction, positiveNumber, wholeNumber } from './values.js';

const emitWords = ['model.onnx', '--device', 'hx8k', '--array', '4x8', '--out', 'result'];
const buildWords = ['build', ...emitWords, '--samples', 'images.gz'];

const envelopeSchema = z.strictObject({
  schemaVersion: z.literal(1),
  verb: z.string().nullable(),
  ok: z.boolean(),
  exitCode: z.int(),
  result: z.unknown(),
  problems: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
const envelopeOf = (stdout: string) => envelopeSchema.parse(JSON.parse(stdout));

/** An error as the library throws it. */
function failure(code: string, message: string, exitCode?: number): Error {
  return Object.assign(new Error(message), exitCode === undefined ? { code } : { code, exitCode });
}

describe('help', () => {
  it.each([
    [[]],
    [['build']],
    [['emit']],
    [['sim']],
    [['synth']],
    [['quantize']],
    [['cmvm']],
    [['report']],
    [['check']],
    [['prove']],
    [['doctor']],
  ])('%j is as approved', async (verb) => {
    const { exitCode, stdout, stderr } = await runFake([...verb, '--help']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    await expect(stdout).toMatchFileSnapshot(`golden/help-${verb[0] ?? 'nomul'}.txt`);
  });

  it('names every exit code', async () => {
    const { stdout } = await runFake(['--help']);
    expect(exitCodeText.map(([code]) => code)).toEqual(Object.values(exitCodes));
    for (const [code, text] of exitCodeText)
      expect(stdout).toContain(`${String(code).padEnd(5)}${text.slice(0, 20)}`);
  });

  it('prints the version', async () => {
    expect(await runFake(['--version'])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('options', () => {
  it('of build arrive complete, with defaults', async () => {
    const seen: BuildOptions[] = [];
    const flow = { build: (options: BuildOptions) => (seen.push(options), Promise.resolve(exampleResult)) };
    await runFake(buildWords, { flow });
    await runFake(
      `${buildWords.join(' ')} --labels labels.gz --input-scale 1/256 --clock 24.5 --pcf pins.pcf --seed 7 --reloadable --verify 5 --verilator 2 --tools npm --json --quiet`.split(
        ' ',
      ),
      { flow },
    );
    await runFake([...buildWords, '--activity'], { flow });
    await runFake([...buildWords, '--activity', '8'], { flow });
    const common = {
      model: 'model.onnx',
      device: 'hx8k',
      array: { rows: 4, columns: 8 },
      out: 'result',
      samples: 'images.gz',
    };
    const defaults = { ...common, inputScale: 1, reloadable: false, verify: 100, verilator: 0, seed: 1 };
    expect(seen).toEqual([
      defaults,
      {
        ...common,
        labels: 'labels.gz',
        inputScale: 0.00390625,
        clock: 24.5,
        pcf: 'pins.pcf',
        seed: 7,
        reloadable: true,
        verify: 5,
        verilator: 2,
        tools: 'npm',
      },
      { ...defaults, activity: 3 },
      { ...defaults, activity: 8 },
    ]);
  });

  it('of every other verb arrive at that verb', async () => {
    const seen: (EmitOptions | SimOptions | SynthOptions)[] = [];
    const keep = (options: EmitOptions | SimOptions | SynthOptions) => (
      seen.push(options),
      Promise.resolve(exampleResult)
    );
    const flow = { emit: keep, sim: keep, synth: keep };
    await runFake(['emit', ...emitWords], { flow });
    await runFake(['sim', ...emitWords, '--samples', 'x.npy', '--verify', '3'], { flow });
    await runFake(['synth', ...emitWords, '--clock', '12'], { flow });
    expect(seen).toMatchObject([
      { model: 'model.onnx' },
      { samples: 'x.npy', verify: 3 },
      { clock: 12, seed: 1 },
    ]);
    expect(seen[0]).not.toHaveProperty('verify');
  });

  it('are read exactly', () => {
    expect(arraySize('16x2')).toEqual({ rows: 16, columns: 2 });
    expect(['1/256', '0.5', '3', '1e-3', '2.5/2'].map(positiveFraction)).toEqual([
      0.00390625, 0.5, 3, 0.001, 1.25,
    ]);
    expect(positiveNumber('.5')).toBe(0.5);
    expect(['0', '2147483647'].map(wholeNumber)).toEqual([0, 2147483647]);
    for (const wrong of ['', '0x8', '8', '8x', 'x8', '8x0', '8x8x8', '-1x2', '10000x1', ' 8x8']) {
      expect(() => arraySize(wrong), wrong).toThrow('ROWSxCOLUMNS');
    }
    for (const wrong of ['', '0', '-1', '1/0', '1/2/3', 'a', '1/', '/2', 'Infinity', '0x10']) {
      expect(() => positiveFraction(wrong), wrong).toThrow('Expected');
    }
    for (const wrong of ['', '0', '-3', 'NaN', '1/2'])
      expect(() => positiveNumber(wrong), wrong).toThrow('Expected');
    for (const wrong of ['', '-1', '1.5', '2147483648', '1e3'])
      expect(() => wholeNumber(wrong), wrong).toThrow('Expected');
  });
});

/** Command lines that are wrong, with what the message must say. */
const wrongCommandLines: readonly (readonly [string, string])[] = [
  ['', 'no verb'],
  ['biuld model.onnx', "unknown command 'biuld'"],
  ['build', "'--device <name>' not specified"],
  ['build --device hx8k --array 4x4 --samples s --out o', "missing required argument 'model'"],
  ['build m.onnx --array 4x4 --samples s --out o', "'--device <name>' not specified"],
  [
    'build m.onnx --device hx9k --array 4x4 --samples s --out o',
    '--device: unknown device "hx9k"; did you mean hx8k? (known devices: hx8k, up5k, ecp5-25k, ecp5-85k)',
  ],
  ['build m.onnx --device hx8k --samples s --out o', "'--array <RxC>' not specified"],
  ['build m.onnx --device hx8k --array 4by4 --samples s --out o', 'Expected ROWSxCOLUMNS'],
  ['build m.onnx --device hx8k --array 2000x1 --samples s --out o', '--array'],
  ['build m.onnx --device hx8k --array 4x4 --out o', "'--samples <images>' not specified"],
  ['build m.onnx --device hx8k --array 4x4 --samples s', "'--out <folder>' not specified"],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --clok 12', "unknown option '--clok'"],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --clock -1', 'above 0'],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --input-scale 1/0', 'fraction'],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --seed 1.5', 'whole number'],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --lpf p.lpf', '--lpf: LPF files are for ECP5'],
  [
    'build m.onnx --device ecp5-25k --array 4x4 --samples s --out o --pcf p.pcf',
    '--pcf: PCF files are for iCE40',
  ],
  ['build m.onnx --device hx8k --array 4x4 --samples s --out o --pcf a --lpf b', 'cannot be used with'],
  ['emit m.onnx --device hx8k --array 4x4 --labels l --out o', '--labels: labels need samples'],
  ['build m.onnx extra --device hx8k --array 4x4 --samples s --out o', 'too many arguments'],
];

describe('wrong usage', () => {
  it.each(wrongCommandLines)('%s', async (line, expected) => {
    const words = line.split(' ').filter((word) => word !== '');
    const { exitCode, stdout, stderr } = await runFake(words);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(expected);
    expect(stderr).toMatch(/^error .*\ntry `nomul.* --help`\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('prints the same envelope as every failure when JSON was asked for', async () => {
    const { stdout } = await runFake([...buildWords, '--json', '--device', 'hx9k']);
    await expect(stdout).toMatchFileSnapshot('golden/json-usage.json');
    expect(envelopeOf(stdout).error?.code).toBe('USAGE');
  });
});

/** What a verb can throw, and what becomes of it. */
const failures: readonly (readonly [string, Error, number, string])[] = [
  ['a corrupt model', failure('NN001', 'NN001: model.onnx is not ONNX'), 2, 'NN001'],
  ['a network that the array cannot run', failure('ACC001', 'ACC001: no unit for Softmax'), 2, 'ACC001'],
  ['a missing tool', failure('TOOL_MISSING', 'yosys was not found', 3), 3, 'TOOL_MISSING'],
  ['a crashed tool', failure('TOOL_CRASHED', 'yosys ended with signal SIGSEGV', 4), 4, 'TOOL_CRASHED'],
  ['a tool that hangs', failure('TOOL_TIMEOUT', 'nextpnr did not finish', 4), 4, 'TOOL_TIMEOUT'],
  ['an unwritable folder', failure('FOLDER_NOT_WRITABLE', 'cannot write to /x', 2), 2, 'FOLDER_NOT_WRITABLE'],
  [
    'a design that does not fit',
    failure('DOES_NOT_FIT', 'needs 9000 LUTs, there are 7680', 1),
    1,
    'DOES_NOT_FIT',
  ],
  ['an interrupted tool', failure('INTERRUPTED', 'yosys was interrupted', 130), 130, 'INTERRUPTED'],
  [
    'a file that is not there',
    Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open', path: 'model.onnx' }),
    2,
    'ENOENT',
  ],
  [
    'a full disk',
    Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write', path: 'result' }),
    2,
    'ENOSPC',
  ],
  ['a mistake of nomul', new TypeError('x is undefined'), 4, 'INTERNAL'],
  ['a wrong argument inside node', failure('ERR_INVALID_ARG_TYPE', 'bad'), 4, 'INTERNAL'],
];

describe('failures', () => {
  it.each(failures)('%s: exit code and envelope', async (_name, error, exitCode, code) => {
    const flow = { build: () => Promise.reject(error) };
    const printed = await runFake([...buildWords, '--json'], { flow });
    expect(printed.exitCode).toBe(exitCode);
    expect(envelopeOf(printed.stdout)).toMatchObject({
      verb: 'build',
      ok: false,
      exitCode,
      result: null,
      error: { code },
    });
    expect(printed.stderr).toContain(envelopeOf(printed.stdout).error?.message);
    // A stack trace belongs to mistakes of nomul alone.
    expect(/\n\s+at /.test(printed.stderr)).toBe(code === 'INTERNAL');
  });

  it('that are not even errors are mistakes of nomul', () => {
    expect(failureOf('text', false)).toMatchObject({ code: 'INTERNAL', exitCode: 4 });
  });

  it('name the file and the reason for errors of the file system', async () => {
    const error = Object.assign(new Error('ENOENT: no such file, open'), {
      code: 'ENOENT',
      syscall: 'open',
      path: 'm.onnx',
    });
    const { stdout } = await runFake([...buildWords, '--json'], {
      flow: { build: () => Promise.reject(error) },
    });
    await expect(stdout).toMatchFileSnapshot('golden/json-failure.json');
  });

  it('after Ctrl-C are the interruption, whatever was thrown', async () => {
    const controller = new AbortController();
    const build = () => {
      controller.abort();
      return Promise.reject(failure('TOOL_CRASHED', 'yosys was killed', 4));
    };
    const printed = await runFake([...buildWords, '--json'], { flow: { build }, signal: controller.signal });
    expect(printed.exitCode).toBe(130);
    expect(envelopeOf(printed.stdout).error?.code).toBe('INTERRUPTED');
  });
});

describe('results', () => {
  const flow = { build: () => Promise.resolve(exampleResult) };

  it('are summed up for people on stderr, nothing on stdout', async () => {
    const { exitCode, stdout, stderr } = await runFake(buildWords, { flow });
    expect(exitCode).toBe(0);
    expect(stdout).toBe('');
    await expect(stderr).toMatchFileSnapshot('golden/summary.txt');
  });

  it('are one JSON object on stdout when asked for, of the shape of failures', async () => {
    const { stdout } = await runFake([...buildWords, '--json'], { flow });
    expect(envelopeOf(stdout)).toEqual({
      schemaVersion: 1,
      verb: 'build',
      ok: true,
      exitCode: 0,
      result: { out: 'result', files: exampleResult.files, report: exampleResult.report },
      problems: [],
      error: null,
    });
  });

  it('with failed checks exit 1, result and problems both given', async () => {
    const problems = [{ code: 'TIMING_FAILED', message: 'asked for 24 MHz, reached 20 MHz' }];
    const failed = { build: () => Promise.resolve({ ...exampleResult, problems }) };
    const printed = await runFake([...buildWords, '--json'], { flow: failed });
    expect(printed.exitCode).toBe(1);
    expect(envelopeOf(printed.stdout)).toMatchObject({ ok: false, exitCode: 1, problems, error: null });
    expect(envelopeOf(printed.stdout).result).not.toBeNull();
    expect(printed.stderr).toContain('failed TIMING_FAILED: asked for 24 MHz');
  });

  it('are coloured on a terminal, unless NO_COLOR says otherwise', async () => {
    const escape = '\u001b[32m';
    const quiet = [...buildWords, '--quiet'];
    expect((await runFake(quiet, { flow, terminal: true })).stderr).toContain(escape);
    expect((await runFake(quiet, { flow, terminal: true, env: { NO_COLOR: '1' } })).stderr).not.toContain(
      '\u001b',
    );
    expect((await runFake(quiet, { flow })).stderr).not.toContain('\u001b');
  });
});

describe('doctor', () => {
  const common = { purpose: 'synthesis', minimumNative: '0.23', install: 'npm ci' };
  const found = {
    name: 'yosys',
    origin: 'npm',
    version: '0.55',
    command: '/secret',
    args: [],
    env: {},
  } as const;
  const rejected = [{ where: 'PATH', why: 'not found' }];
  const result: DoctorResult = {
    entries: [
      { ...common, tool: 'yosys', found, rejected: [] },
      { ...common, tool: 'icepack', rejected },
    ],
    missing: ['icepack'],
  };

  it('exits 3 and tells the command that installs what an iCE40 build misses', async () => {
    const { exitCode, stdout, stderr } = await runFake(['doctor', '--json'], {
      flow: { doctor: () => Promise.resolve(result) },
    });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('install it with: npm ci');
    expect(stderr).toContain('looked at PATH: not found');
    expect(stdout).not.toContain('/secret');
    expect(envelopeOf(stdout)).toMatchObject({
      verb: 'doctor',
      ok: false,
      problems: [{ code: 'TOOL_MISSING' }],
    });
  });

  it('exits 0 when only optional tools are missing', async () => {
    const { exitCode } = await runFake(['doctor'], {
      flow: { doctor: () => Promise.resolve({ ...result, missing: [] }) },
    });
    expect(exitCode).toBe(0);
  });
});

describe('progress', () => {
  it('prints plain lines where there is no terminal: start, quarters, end', () => {
    const lines: string[] = [];
    const progress = lineProgress((line) => lines.push(line));
    progress.report('import', 0, 1);
    progress.report('import', 1, 1);
    for (let done = 0; done <= 100; done++) progress.report('verify', done, 100);
    expect(lines).toEqual([
      'import ...',
      'import done',
      'verify ...',
      'verify 25 of 100',
      'verify 50 of 100',
      'verify 75 of 100',
      'verify done (100 of 100)',
    ]);
  });

  it('goes to stderr, as a bar only on a terminal, and not at all when quiet', async () => {
    const build: NonNullable<Parameters<typeof runFake>[1]>['flow'] = {
      build: (_options, { progress }) => {
        progress?.('place and route', 0, 2);
        progress?.('place and route', 1, 2);
        return Promise.resolve(exampleResult);
      },
    };
    const plain = await runFake([...buildWords, '--json'], { flow: build });
    expect(plain.stderr).toContain('place and route 1 of 2\n');
    envelopeOf(plain.stdout);
    expect((await runFake([...buildWords, '--quiet'], { flow: build })).stderr).not.toContain(
      'place and route',
    );
    expect((await runFake(buildWords, { flow: build, terminal: true })).stderr).not.toContain('1 of 2\n');
  });
});

describe('the grammar', () => {
  it('asks for help where no verb is given', () => {
    expect(() => parseCommandLine([], '1')).toThrow(
      'no verb; expected one of: build, emit, sim, synth, quantize, cmvm, sweep, search, report, check, prove, doctor',
    );
  });
});
