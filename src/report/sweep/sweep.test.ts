import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  designsOf,
  exportColumns,
  paretoFront,
  parseSweepReport,
  renderSweepReport,
  spreadOf,
  sweepCsv,
  sweepJsonLines,
  sweepParquet,
  type SweepPoint,
  type SweepReport,
} from '../index.js';
import { exampleSweep } from '../testing/sweep-example.js';
import { floorplanSvg } from './floorplan.js';

const example = exampleSweep({ models: 2, settings: 2, seeds: 3 });
const one = (points: readonly SweepPoint[]): SweepPoint => {
  const [first] = points;
  if (first === undefined) throw new Error('the example has no points');
  return first;
};

describe('the Pareto front', () => {
  const pair = fc.record({ gain: fc.integer({ min: 0, max: 12 }), cost: fc.integer({ min: 0, max: 12 }) });
  type Pair = { readonly gain: number; readonly cost: number };
  const dominates = (a: Pair, b: Pair): boolean =>
    a.gain >= b.gain && a.cost <= b.cost && (a.gain > b.gain || a.cost < b.cost);

  it('holds exactly what nothing dominates, ascending by cost', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (items) => {
        const front = paretoFront(
          items,
          ({ gain }) => gain,
          ({ cost }) => cost,
        );
        const expected = items.filter((item) => !items.some((other) => dominates(other, item)));
        expect(new Set(front)).toEqual(new Set(expected));
        expect(front).toHaveLength(expected.length);
        expect(front.map(({ cost }) => cost)).toEqual(expected.map(({ cost }) => cost).sort((a, b) => a - b));
      }),
    );
  });
});

describe('designs', () => {
  it('are the points that differ in the seed only, with the median of the seeds and never the best', () => {
    const base = one(example.points);
    const seeds = [40, 70, 10, 20].map((fmaxMHz, seed): SweepPoint => ({
      ...base,
      seed,
      placed: { fmaxMHz, timingMet: true, utilization: [] },
    }));
    const failed: SweepPoint = { ...base, seed: 9, status: 'failed', reason: 'killed', placed: null };
    const other: SweepPoint = { ...base, requestedMHz: 12 };
    const [design, second, ...rest] = designsOf([failed, ...seeds, other]);
    expect(rest).toEqual([]);
    expect(second?.points).toEqual([other]);
    expect(design?.points.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 9]);
    expect(design?.done).toHaveLength(4);
    expect(design?.measured.fmaxMHz).toBe(30);
    expect(design?.fmax).toEqual({
      count: 4,
      min: 10,
      lowerQuartile: 17.5,
      median: 30,
      upperQuartile: 47.5,
      max: 70,
    });
    expect(design?.latencyUs).toBeCloseTo((base.cycles?.latency ?? 0) / 30, 9);
    expect([0, 3]).toContain(design?.typical?.seed);
  });

  const base = one(example.points);
  const layer = base.layers[0];
  if (layer === undefined || base.accuracy === null) throw new Error('the example has layers and accuracy');
  const { accuracy } = base;
  const unknown = { accuracy: null, multiplications: null, bitsPerWeight: null, macs: null, layers: [] };
  it.each<readonly [string, Partial<SweepPoint>]>([
    ['accuracy', { accuracy: { ...accuracy, after: accuracy.after / 2 } }],
    ['accuracy before the method', { accuracy: { ...accuracy, before: 0.5 } }],
    ['a format', { layers: [{ ...layer, format: 'pvq' }, ...base.layers.slice(1)] }],
    ['bits of a weight', { layers: [{ ...layer, weightBits: 1 }, ...base.layers.slice(1)] }],
    ['bits of an activation', { layers: [{ ...layer, activationBits: 4 }, ...base.layers.slice(1)] }],
    ['the number of layers', { layers: base.layers.slice(1) }],
    ['multiplications', { multiplications: 1 }],
    ['bits per weight', { bitsPerWeight: 7 }],
  ])('are not one where networks of the same name and setting differ in %s', (_, change) => {
    const [a, b, c] = [0, 1, 2].map((seed): SweepPoint => ({ ...base, seed }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
    const other = { ...b, ...change };
    const designs = designsOf([a, other, c]);
    expect(designs.map(({ points }) => points)).toEqual([[a, c], [other]]);
    expect(designs.map(({ network }) => network)).toEqual([1, 2]);
    // Plots, suites of CI and fingerprints know designs by their labels.
    expect(new Set(designs.map(({ label }) => label)).size).toBe(2);
    expect(designs[1]?.measured.accuracy).toBe((change.accuracy ?? accuracy).after);
  });

  it('are one for all that a network becomes on a part, and for seeds that failed before it was known', () => {
    const cycles = base.layers.map((each) => ({ ...each, cycles: null }));
    const same: SweepPoint = {
      ...base,
      seed: 1,
      layers: cycles,
      cycles: null,
      synthesized: null,
      placed: null,
    };
    const failed: SweepPoint = { ...base, ...unknown, seed: 2, status: 'failed', reason: 'killed' };
    const designs = designsOf([failed, base, same]);
    expect(designs.map(({ points }) => points)).toEqual([[base, same, failed]]);
    expect(designs[0]).toMatchObject({ network: null, measured: { accuracy: accuracy.after } });
    expect(designs[0]?.label).not.toContain('network');
    const other: SweepPoint = { ...base, seed: 3, macs: 1 };
    expect(designsOf([failed, base, other]).map(({ points }) => points)).toEqual([[base], [other], [failed]]);
    expect(designsOf([failed]).map(({ points }) => points)).toEqual([[failed]]);
  });

  it('have ordered quartiles that the values bracket', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), (values) => {
        const spread = spreadOf(values);
        if (spread === undefined) throw new Error('there are values');
        const { min, lowerQuartile, median, upperQuartile, max } = spread;
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
        const ordered = [min, lowerQuartile, median, upperQuartile, max];
        expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
        const below = values.filter((value) => value < median).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
      }),
    );
    expect(spreadOf([])).toBeUndefined();
  });
});

describe('sweep.json', () => {
  it('is read as written, and refused when its version or a field is not known', () => {
    expect(parseSweepReport(JSON.parse(JSON.stringify(example)))).toEqual(example);
    expect(() => parseSweepReport({ ...example, schemaVersion: 2 })).toThrow(
      expect.objectContaining({ code: 'REPORT_VERSION' }),
    );
    expect(() => parseSweepReport({ ...example, surprise: 1 })).toThrow(/surprise/);
  });
});

/** Fields of RFC 4180; null: nothing between the commas. */
function readCsv(text: string): (string | null)[][] {
  return text
    .trimEnd()
    .split(/\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
        quoted !== undefined ? quoted.replaceAll('""', '"') : bare === '' ? null : (bare ?? null),
      ),
    );
}

describe('the exports', () => {
  const nasty: SweepReport = {
    ...example,
    points: example.points.map((point, index) =>
      index === 0 ? { ...point, setting: 'a "quoted", broken\nline', pe: '', macs: 2 ** 52 + 1 } : point,
    ),
  };
  const row = z.record(z.string(), z.unknown());

  it('hold the same values in CSV, JSON Lines and Parquet', async () => {
    const lines = sweepJsonLines(nasty)
      .trimEnd()
      .split('\n')
      .map((line) => row.parse(JSON.parse(line)));
    const [heading, ...csv] = readCsv(sweepCsv(nasty));
    const bytes = await sweepParquet(nasty);
    const parquet = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect([lines.length, csv.length, parquet.length]).toEqual([360, 360, 360]);
    expect(heading).toEqual(exportColumns.map(({ name }) => name));
    lines.forEach((line, index) => {
      exportColumns.forEach(({ name }, column) => {
        const expected = line[name];
        const stored = row.parse(parquet[index])[name] ?? null;
        expect(typeof stored === 'bigint' ? Number(stored) : stored, name).toEqual(expected);
        const text = csv[index]?.[column] ?? null;
        expect(text, name).toBe(
          expected === null || typeof expected === 'string' ? expected : JSON.stringify(expected),
        );
      });
    });
    expect(lines[0]).toMatchObject({ setting: 'a "quoted", broken\nline', pe: '', macs: 2 ** 52 + 1 });
    expect(Buffer.from(await sweepParquet(nasty)).equals(Buffer.from(bytes))).toBe(true);
  });
});

describe('the page', () => {
  it('is one file below 2 MB with everything of 360 points, the same bytes every time', async () => {
    const html = await renderSweepReport(example);
    expect(await renderSweepReport(example)).toBe(html);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    expect(html).not.toMatch(/https?:|\ssrc=|href=|@import|url\(/);
    expect(html).not.toMatch(/\b(null|undefined|NaN)\b(?![^<]*<.script>)/);
    const rows = (id: string): number =>
      (html.split(`id="${id}"`)[1]?.split('</table>')[0]?.match(/<tr>/g)?.length ?? 0) - 1;
    expect(rows('points')).toBe(360);
    expect(rows('designs')).toBe(120);
    for (const id of [
      'fronts',
      'pareto',
      'spread',
      'choices',
      'utilization',
      'activity',
      'floorplans',
      'failed',
      'origin',
    ])
      expect(html).toContain(`<h2 id="${id}-title">`);
    expect(html).toContain('SIGKILL &lt;out of memory&gt;');
    expect(html).toMatch(/Shown: \d+ of 9\d floorplans/);
  });

  it('stays below 2 MB for thousands of points, and says what it leaves out', async () => {
    const html = await renderSweepReport(exampleSweep({ models: 8, settings: 8, seeds: 4 }));
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    expect(html).toMatch(/The first [\d,]+ of 7,680 are here/);
    expect(html).toContain('Shown: 4 of 8 models');
  });

  it('shows any text as text, and a sweep without a single result', async () => {
    const name = `</script><img onerror=x>&"'`;
    const bare: SweepPoint = {
      ...one(example.points),
      model: name,
      status: 'failed',
      reason: name,
      accuracy: null,
      cycles: null,
      synthesized: null,
      placed: null,
      inferencesPerSecond: null,
      operationEnergyPj: null,
      layers: [],
      floorplan: null,
    };
    const html = await renderSweepReport({ ...example, title: name, points: [bare], fronts: [] });
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).not.toContain('<h2 id="pareto-title">');
    const none = await renderSweepReport({ ...example, points: [], fronts: [] });
    expect(none).not.toMatch(/\b(NaN|Infinity)\b/);
  });
});

describe('a floorplan', () => {
  it('draws every tile where it is, runs of equal neighbours as one, kinds in one tile side by side', () => {
    const svg = floorplanSvg(
      {
        width: 4,
        height: 3,
        kinds: ['logic', 'RAM'],
        tiles: [
          [0, 0, 0, 8],
          [1, 0, 0, 8],
          [3, 2, 0, 1],
          [3, 2, 1, 1],
        ],
      },
      'plan',
    );
    expect(svg).toContain('viewBox="0 0 4 3"');
    expect(svg).toContain('fill="var(--s0)" opacity="1.00" d="M0 2h2v1h-2z"');
    expect(svg).toContain('fill="var(--s0)" opacity="0.33" d="M3 0h0.5v1h-0.5z"');
    expect(svg).toContain('fill="var(--s1)" opacity="1.00" d="M3.5 0h0.5v1h-0.5z"');
  });
});
