/** nomul cmvm: wrong matrices get one message and no folder; right ones become files that stand alone. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceTestbench } from '../../src/flow/cmvm/testbench.js';
import { makeUnit, traceOf, vectorsFor } from '../../src/flow/cmvm/unit.js';
import { cmvm, cmvmOptionsSchema, cmvmReportSchema } from '../../src/flow/index.js';
import { emitVerilog } from '../../src/hdl/index.js';
import { lookForTool } from '../../src/tools/index.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nomul-cmvm-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = { n_in: 3, n_out: 2, x: { bits: 4, signed: true } };
const options = (more: object) =>
  cmvmOptionsSchema.parse({
    matrix: join(folder, 'matrix.json'),
    device: 'hx8k',
    out: join(folder, 'result'),
    ...more,
  });

describe('a matrix that cannot be used', () => {
  it.each([
    ['no JSON', '{', /it is no JSON \(.+\)$/],
    ['no rows', { ...good, n_out: 0, w: [] }, /n_out: .*>=1$/],
    ['no columns', { ...good, n_in: 0, w: [[], []] }, /n_in: .*>=1$/],
    [
      'ragged rows',
      {
        ...good,
        w: [
          [1, 2, 3],
          [4, 5],
        ],
      },
      /row 1 of w has 2 weights, n_in says 3$/,
    ],
    ['too few rows', { ...good, w: [[1, 2, 3]] }, /w has 1 rows, n_out says 2$/],
    [
      'a weight that is no integer',
      {
        ...good,
        w: [
          [1, 2, 3],
          [4, 0.5, 6],
        ],
      },
      /row 1, column 1 of w is 0\.5, no integer in .+$/,
    ],
    [
      'a weight outside its declared width',
      {
        ...good,
        w_bits: 4,
        w: [
          [1, 2, 3],
          [4, 5, 8],
        ],
      },
      /row 1, column 2 of w is 8, no integer in -8 \.\. 7 \(signed, 4 bits\)$/,
    ],
    [
      'a weight outside its family',
      {
        ...good,
        family: 'ternary',
        w: [
          [1, -2, 0],
          [0, 0, 0],
        ],
      },
      /row 0, column 1 of w is -2, no integer in -1 \.\. 1 \(ternary\)$/,
    ],
    [
      'text for a weight',
      {
        ...good,
        w: [
          [1, 2, 3],
          [4, '5', 6],
        ],
      },
      /row 1, column 1 of w: .+$/,
    ],
  ] as const)('%s', async (_, content, message) => {
    writeFileSync(
      join(folder, 'matrix.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
    await expect(cmvm(options({}), {})).rejects.toThrow(message);
    expect(existsSync(join(folder, 'result'))).toBe(false);
  });

  it('a file that is not there', async () => {
    await expect(cmvm(options({ matrix: join(folder, 'none.json') }), {})).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
  });

  it('a group larger than the matrix', async () => {
    writeFileSync(
      join(folder, 'matrix.json'),
      JSON.stringify({
        ...good,
        w: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
    );
    const fold = { side: 'outputs', perCycle: 3 };
    await expect(cmvm(options({ fold }), {})).rejects.toThrow(
      /fold\.perCycle \(of 2 outputs\) must be an integer from 1 to 2, not 3$/,
    );
    expect(existsSync(join(folder, 'result'))).toBe(false);
  });
});

const needed = await Promise.all(
  (['yosys', 'nextpnr-ice40', 'icepack', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)),
);
const available = needed.every(({ found }) => found !== undefined);
if (!available) console.warn('nomul cmvm not run: a tool is missing (make setup installs them)');

describe.runIf(available || process.env['CI'] !== undefined)('a matrix', () => {
  const weights = [
    [7, -3, 0, 5],
    [0, 0, 0, 0],
    [-128, 1, 85, -1],
    [1, 1, 1, -128],
  ];
  const content = { name: 'Four by four', n_in: 4, n_out: 4, x: { bits: 8, signed: true }, w: weights };

  it('as a pipeline: exact, placed, with its report', async () => {
    writeFileSync(join(folder, 'matrix.json'), JSON.stringify(content));
    const { report, problems, out } = await cmvm(options({ verify: 200 }), {});
    expect(problems).toEqual([]);
    expect(cmvmReportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))).toEqual(
      report,
    );
    expect(report.verified).toMatchObject({ vectors: 200, mismatches: 0 });
    expect(report.luts).toBeGreaterThan(20);
    expect(report.fmaxMHz).toBeGreaterThan(20);
    expect(report.graph?.adders).toBeGreaterThan(5);
    expect(simulateWithIcarus(out)).toMatch(/^PASS: \d+ cycles$/m);
  }, 300_000);

  const matrix = { name: 'm', weights, inputWidth: 8, inputSigned: true };
  it.each([
    ['combinational', 0, undefined],
    ['two levels a stage', 2, undefined],
    ['folded over its inputs', 1, { side: 'inputs', perCycle: 2 }],
    ['folded over its outputs', 1, { side: 'outputs', perCycle: 3 }],
  ] as const)('%s: its testbench passes in Icarus, and fails where an output differs', (_, levels, fold) => {
    const unit = makeUnit(matrix, { target: 'ice40', levelsPerStage: levels, fold, seed: 1 });
    const trace = traceOf(matrix, unit, vectorsFor(matrix, 20, 1));
    const out = mkdtempSync(join(folder, 'bench-'));
    for (const { name, text } of emitVerilog(unit.design).files) write(join(out, 'rtl', name), text);
    for (const { name, text } of traceTestbench(unit.design, trace)) write(join(out, name), text);
    expect(simulateWithIcarus(out)).toMatch(/^PASS: \d+ cycles$/m);
    const expected = readFileSync(join(out, 'vectors', 'expected.hex'), 'utf8');
    write(join(out, 'vectors', 'expected.hex'), expected.replaceAll('3', '4'));
    expect(() => simulateWithIcarus(out)).toThrow();
  });
});

const simulateWithIcarus = (out: string): string =>
  execFileSync('make', ['-s', 'sim'], { cwd: out, encoding: 'utf8', stdio: 'pipe' });

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
