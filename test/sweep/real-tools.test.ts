/** A sweep of four points with real tools: placed, then answered from its folder without any work. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sweepReportSchema, type SweepReport } from '../../src/report/index.js';
import { spreadSeeds } from '../../src/sweep/index.js';
import { emptyFolder, envelopeOf, nomul, temporaryFolder, type Ended } from '../flow/nomul.js';
import { writeTiny } from '../flow/tiny-model.js';

const root = temporaryFolder();
const file = join(root, 'sweep.json');
const out = join(root, 'out');
const run = (): Promise<Ended> => nomul(['sweep', 'run', file, '--out', out, '-j', '1', '--json']);
const reportText = (): string => readFileSync(join(out, 'sweep.json'), 'utf8');

/** Jobs that workers began, by stage. */
const begun = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const name of readdirSync(join(out, 'log')))
    for (const [, stage = ''] of readFileSync(join(out, 'log', name), 'utf8').matchAll(
      /"event":"begin","stage":"(\w+)"/g,
    ))
      counts[stage] = (counts[stage] ?? 0) + 1;
  return counts;
};

const gate = (name: string, area: number, pins: string, logic: string): string => {
  const inputs = pins.split(' ').map((pin) => `pin (${pin}) { direction : input; capacitance : 1; }`);
  return `cell (${name}) { area : ${String(area)}; ${inputs.join(' ')} pin (Y) { direction : output; function : "${logic}"; } }`;
};
const library = `library (few) { capacitive_load_unit (1, ff); nom_voltage : 1;
  ${gate('INV', 1, 'A', '!A')} ${gate('NAND', 1.5, 'A B', '!(A B)')} ${gate('XOR', 3, 'A B', 'A^B')}
  cell (DFF) { area : 6; ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }
    pin (CK) { direction : input; capacitance : 1; } pin (D) { direction : input; capacitance : 1; }
    pin (Q) { direction : output; function : "IQ"; } } }`;

const written = z.looseObject({ models: z.array(z.unknown()) });

beforeAll(() => {
  writeTiny(emptyFolder(root, 'tiny'));
  const model = {
    name: 'tiny',
    model: 'tiny/tiny.onnx',
    samples: 'tiny/pictures.idx',
    labels: 'tiny/labels.idx',
  };
  const sweep = {
    title: 'four points',
    models: [model],
    arrays: ['1x1', '2x2'],
    devices: ['hx8k'],
    seeds: 2,
  };
  writeFileSync(file, JSON.stringify(sweep));
});

describe('nomul sweep', () => {
  let first: Ended;
  let report: SweepReport;
  beforeAll(async () => {
    first = await run();
    expect(first.exitCode, first.stderr).toBe(0);
    report = sweepReportSchema.parse(JSON.parse(reportText()));
  }, 900_000);

  it('places every design with every seed, each verified against the reference', () => {
    expect(report.points.map(({ rows, seed }) => [rows, seed])).toEqual(
      [1, 2].flatMap((rows) => spreadSeeds(2).map((seed) => [rows, seed])),
    );
    for (const { status, verifiedPictures, cycles, placed, accuracy } of report.points) {
      expect([status, verifiedPictures, cycles?.basis]).toEqual(['done', 6, 'simulated']);
      expect(placed?.fmaxMHz).toBeGreaterThan(1);
      expect(accuracy?.pictures).toBe(6);
    }
    expect(new Set(report.points.map(({ placed }) => placed?.fmaxMHz)).size).toBeGreaterThan(2);
  });

  it('does each stage once, whatever points ask for it', () => {
    expect(begun()).toEqual({ quantize: 1, evaluate: 1, emit: 2, simulate: 2, synthesize: 2, place: 4 });
  });

  it('knows where the cells stand: as many as nextpnr says it uses', () => {
    const [point] = report.points;
    const { floorplan = null, placed = null } = point ?? {};
    if (floorplan === null || placed === null) throw new Error('no floorplan');
    const cells = (kind: string): number =>
      floorplan.tiles.reduce(
        (sum, [, , index, count]) => sum + (floorplan.kinds[index] === kind ? count : 0),
        0,
      );
    const used = (cell: string): number => placed.utilization.find((entry) => entry.cell === cell)?.used ?? 0;
    expect(cells('block RAM')).toBe(used('ICESTORM_RAM'));
    expect(cells('logic')).toBe(used('ICESTORM_LC'));
    for (const [x, y] of floorplan.tiles) expect(x < floorplan.width && y < floorplan.height).toBe(true);
  });

  it('does nothing the second time', async () => {
    const [before, text] = [begun(), reportText()];
    const again = await run();
    expect(envelopeOf(again)).toMatchObject({ ok: true, result: { done: 4, jobs: 0 } });
    expect(begun()).toEqual(before);
    expect(reportText()).toBe(text);
  });

  it('plans: all answered, nothing left', async () => {
    const planned = envelopeOf(await nomul(['sweep', 'plan', file, '--out', out, '--json']));
    expect(planned.result).toMatchObject({ points: 4, answeredPoints: 4, seconds: 0 });
  });
});

describe('a sweep that asks for energy and activity', () => {
  it('measures each once for both seeds, does nothing else again, and goes on without work', async () => {
    writeFileSync(join(root, 'few.lib'), library);
    const sweep = written.parse(JSON.parse(readFileSync(file, 'utf8')));
    const measuring = {
      ...sweep,
      arrays: ['1x1'],
      energy: { liberty: 'few.lib', operations: 256 },
      activity: 2,
    };
    const [path, before] = [join(root, 'measuring.json'), begun()];
    writeFileSync(path, JSON.stringify(measuring));
    const words = [path, '--out', out, '--json'];
    const ran = await nomul(['sweep', 'run', ...words, '-j', '1', '--explain-cache']);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(envelopeOf(ran)).toMatchObject({ result: { points: 2, done: 2, unmeasured: 0, jobs: 2 } });
    expect(begun()).toEqual({ ...before, energy: 1, activity: 1 });
    const { points, tools } = sweepReportSchema.parse(JSON.parse(reportText()));
    expect(tools.map(({ tool }) => tool)).toContain('verilator');
    const [one, other] = points;
    expect([other?.activity, other?.gateEnergyPj]).toEqual([one?.activity, one?.gateEnergyPj]);
    expect(one?.gateEnergyPj).toBeGreaterThan(0);
    const togglesOf = (kind: string): number =>
      one?.activity?.find(({ cell }) => cell === kind)?.toggles ?? 0;
    for (const kind of ['LUT', 'register'])
      expect(togglesOf(kind)).toBeGreaterThan(one?.cycles?.initiationInterval ?? 0);
    const planned = envelopeOf(await nomul(['sweep', 'plan', ...words]));
    expect(planned.result).toMatchObject({ points: 2, answeredPoints: 2, seconds: 0 });
  }, 300_000);
});

describe('a sweep that cannot be', () => {
  it('ends with exit code 5 and a summary when points fail, and finishes the others', async () => {
    writeFileSync(join(root, 'none.onnx'), 'no model');
    const { models, ...rest } = written.parse(JSON.parse(readFileSync(file, 'utf8')));
    const partial = join(root, 'partial.json');
    writeFileSync(
      partial,
      JSON.stringify({ ...rest, models: [...models, { name: 'none', model: 'none.onnx' }], arrays: ['1x1'] }),
    );
    const ended = await nomul(['sweep', 'run', partial, '--out', out, '-j', '1', '--json']);
    expect(ended.exitCode).toBe(5);
    const { problems, ...envelope } = envelopeOf(ended);
    expect(envelope).toMatchObject({ ok: false, result: { points: 4, done: 2, failed: 2 } });
    expect(problems.map(({ code }) => code)).toEqual(['POINTS_FAILED']);
    expect(problems[0]?.message).toMatch(/^2 points: (emit|evaluate): /);
  }, 300_000);

  it('starts nothing, with exit code 2', async () => {
    const many = join(root, 'many.json');
    writeFileSync(
      many,
      JSON.stringify({
        ...written.parse(JSON.parse(readFileSync(file, 'utf8'))),
        seeds: 1000,
        clocks: { from: 1, to: 500, step: 1 },
      }),
    );
    const ended = await nomul(['sweep', 'run', many, '--out', join(root, 'many')]);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain('1,000,000 points');
    expect(existsSync(join(root, 'many'))).toBe(false);
  });
});
