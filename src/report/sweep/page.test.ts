/** What single parts of the page of a sweep say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSweepReport, type SweepLayer, type SweepPoint, type SweepReport } from '../index.js';
import { exampleSweep } from '../testing/sweep-example.js';
import { fitting } from './fit.js';
import { loadDraw } from './plots.js';

const example = exampleSweep({ models: 1, settings: 1, seeds: 2 });
const done = example.points.filter(({ status }) => status === 'done');
const pageOf = (points: readonly SweepPoint[], fronts: SweepReport['fronts'] = []): Promise<string> =>
  renderSweepReport({ ...example, points: [...points], fronts });

/** The HTML of one part of the page; empty: the page has no such part. */
const partOf = (html: string, id: string): string =>
  html
    .split('<section ')
    .find((part) => part.startsWith(`aria-labelledby="${id}-title"`))
    ?.split('</section>')[0] ?? '';

/** The texts of a part's tables, row by row, headings first. */
const rowsOf = (part: string): readonly (readonly string[])[] =>
  [...part.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replaceAll(/<[^>]*>/g, '')),
  );

describe('activity', () => {
  const counted = (lut: number): SweepPoint['activity'] => [
    { cell: 'LUT', toggles: lut },
    { cell: 'register', toggles: 2_000_000.4 },
    { cell: 'DSP', toggles: 0 },
  ];
  const points = done.map((point, index): SweepPoint => ({
    ...point,
    activity: point.method === 'prom' ? counted(28_000_000 + 100 * index) : null,
  }));

  it('has a table per device: changes per picture of every kind of cell that changes, medians of the seeds', async () => {
    const part = partOf(await pageOf(points), 'activity');
    const rows = rowsOf(part);
    expect(rows[0]).toEqual(['design', 'LUT', 'register', 'all cells']);
    // Points 0 and 1 are the seeds of the first design.
    expect(rows).toContainEqual([
      'net0 prom setting 0 · auto 4x4 · hx8k',
      '28,000,050',
      '2,000,000',
      '30,000,050',
    ]);
    expect(part.match(/<h3>/g)).toHaveLength(2);
    const measured = points.filter(({ activity }) => activity !== null);
    const designs = new Set(measured.map(({ rows: size, device }) => `${size} ${device}`));
    expect(rows).toHaveLength(2 + designs.size);
    expect(part).toContain('Not energy');
  });

  it('is a column of the tables of designs and points, a dash where it was not counted', async () => {
    const html = await pageOf(points);
    for (const id of ['designs-table', 'points-table']) {
      const [heading = [], ...rows] = rowsOf(partOf(html, id));
      const column = heading.indexOf('cell changes a picture');
      const method = heading.indexOf('method');
      expect(column).toBeGreaterThan(0);
      for (const row of rows) expect(row[column] === '–').toBe(row[method] !== 'prom');
    }
    const without = await pageOf(done.map((point) => ({ ...point, activity: null })));
    expect(without).not.toContain('cell changes a picture');
    expect(partOf(without, 'activity')).toBe('');
  });
});

describe('what is missing', () => {
  const reason = 'energy: no gates are known of <table>';
  const points = example.points.map((point, index): SweepPoint =>
    point.status === 'done' && index % 2 === 0 ? { ...point, reason } : point,
  );
  const lacking = points.filter((point) => point.reason === reason);

  it('is told of points that are done as well, by reason, apart from points without a result', async () => {
    const last = lacking.length - 1;
    const other = points.map((point) =>
      point === lacking[last] ? { ...point, reason: 'activity: slow' } : point,
    );
    const html = await pageOf(other);
    const [heading, ...rows] = rowsOf(partOf(html, 'unmeasured'));
    expect(heading).toEqual(['points', 'reason', 'which']);
    expect(rows.map(([count, why]) => [count, why])).toEqual([
      [String(last), 'energy: no gates are known of &lt;table&gt;'],
      ['1', 'activity: slow'],
    ]);
    expect(partOf(html, 'failed')).not.toContain('no gates are known');
    expect(html).toContain(`${lacking.length} not measured in full`);
  });

  it('has no such part where every point that is done is measured', async () => {
    const html = await pageOf(example.points);
    expect(partOf(html, 'unmeasured')).toBe('');
    expect(partOf(html, 'failed')).toContain('choose a smaller array');
  });
});

describe('the table of designs', () => {
  it('says which network a design is where model and setting do not', async () => {
    const columnOf = (html: string): readonly string[] => {
      const [heading = [], ...rows] = rowsOf(partOf(html, 'designs-table'));
      const column = heading.indexOf('network');
      return column < 0 ? [] : rows.map((row) => row[column] ?? '');
    };
    const points = done.map((point, index) => (index === 0 ? { ...point, macs: 1 } : point));
    const networks = columnOf(await pageOf(points));
    expect(networks.filter((text) => text !== '').sort()).toEqual(['1', '2']);
    expect(columnOf(await pageOf(done))).toEqual([]);
  });
});

describe('what was chosen for each layer', () => {
  it('keeps apart what differs in the bits of activations only, and together what does not differ', async () => {
    const [point] = done;
    if (point === undefined) throw new Error('the example has no point that is done');
    const [layer] = point.layers;
    if (layer === undefined) throw new Error('the example has no layers');
    const way = (setting: string, activationBits: number): SweepPoint => ({
      ...point,
      setting,
      layers: [{ ...layer, weightBits: 4, activationBits }],
    });
    const part = partOf(await pageOf([way('w4a8', 8), way('w4a4', 4), way('w4a8 again', 8)]), 'choices');
    const [heading = [], row = []] = rowsOf(part);
    expect(heading.slice(3).map((text) => text.replace(/ \(.*/, ''))).toEqual([
      'prom w4a8; prom w4a8 again',
      'prom w4a4',
    ]);
    expect(row.slice(3)).toEqual([`${layer.format} 4 × 8`, `${layer.format} 4 × 4`]);
  });
});

describe('plots', () => {
  it('are named for who cannot see them, whatever the names are', async () => {
    const model = `a "b" <c> $& $1`;
    const points = done.map((point) => ({ ...point, model }));
    const html = await pageOf(points, example.fronts);
    const plots = html.match(/<svg [^>]*>/g) ?? [];
    expect(plots.length).toBeGreaterThan(5);
    for (const plot of plots)
      expect(plot).toMatch(/ role="(img|graphics-document document)" aria-label="[^"<>]{10,}"/);
    expect(partOf(html, 'pareto')).toMatch(
      /aria-label="a &quot;b&quot; &lt;c&gt; \$&amp; \$1: accuracy against LUTs, \d+ designs, \d+ on the front"/,
    );
    expect(partOf(html, 'fronts')).toContain(
      'aria-label="Front of the search: accuracy against LUTs, 2 networks',
    );
    expect(partOf(html, 'spread')).toContain('role="img" aria-label="Spread of the seeds: fmax in MHz');
  });

  it('are documents where marks have labels of their own, which an image would hide', async () => {
    const draw = await loadDraw();
    const plain = {
      data: { values: [{ a: 1 }] },
      encoding: { x: { field: 'a', type: 'quantitative' } },
    } as const;
    const labelled = await draw({ ...plain, mark: 'point' }, 'marks');
    expect(labelled).toMatch(/^<svg viewBox="[^"]*" role="graphics-document document" aria-label="marks">/);
    const silent = await draw({ ...plain, mark: { type: 'point', aria: false } }, 'none');
    expect(silent).toMatch(/^<svg viewBox="[^"]*" role="img" aria-label="none">/);
  });
});

describe('the size of the page', () => {
  const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
  const first = done[0];
  if (first === undefined) throw new Error('the example has no point that is done');
  const layersOf = (count: number, activationBits: number): SweepLayer[] =>
    range(count).map((index) => ({
      ...{ name: `features.${index}.conv`, kind: 'depthwise 3x3', format: 'powerOfTwo' },
      ...{ weightBits: 4, activationBits, macs: 1_234_567, cycles: null },
    }));

  it('stays below 2 MB for many models of many layers, and says what it leaves out', async () => {
    const points = range(120).flatMap((model) =>
      range(12).map((way) => ({
        ...first,
        ...{ model: `network ${model}`, setting: `way ${way}`, layers: layersOf(160, way + 2) },
      })),
    );
    const html = await pageOf(points);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    const part = partOf(html, 'choices');
    expect(Buffer.byteLength(part)).toBeLessThan(241_000);
    const tables = part.match(/<h3>/g)?.length ?? 0;
    expect(tables).toBeGreaterThan(0);
    expect(part).toContain(`Shown: ${tables} of 120 models`);
    expect(part).toContain('Shown: 150 of 160 layers');
  });

  it('stays below 2 MB with long names, long reasons and everything measured of many seeds', async () => {
    const long = (text: string): string => `${text} ${'<&>'.repeat(30)}`;
    const activity = range(8).map((kind) => ({ cell: `kind ${kind}`, toggles: 1e7 + kind }));
    const utilization = range(20).map((cell) => ({ cell: `CELL_${cell}`, used: 1234, available: 83640 }));
    const points = range(4).flatMap((model) =>
      range(30).flatMap((setting) =>
        range(12).map((seed): SweepPoint => ({
          ...{ ...first, model: long(`net ${model}`), method: long(`method ${setting % 7}`), seed },
          ...{
            setting: long(`setting ${setting}`),
            layers: layersOf(150, setting),
            gateEnergyPj: 1e6 + setting,
          },
          ...{ activity, placed: { fmaxMHz: 40 + ((seed * 7) % 13), timingMet: true, utilization } },
          ...(seed === 0
            ? { status: 'failed', reason: long(`failed ${setting}`) }
            : { reason: long(`energy ${setting} ${seed}`) }),
        })),
      ),
    );
    const html = await pageOf(points, [
      {
        cost: 'luts',
        points: range(3000).map((i) => ({ label: long(`n${i}`), accuracy: 0.9, cost: i, point: null })),
      },
    ]);
    expect(Buffer.byteLength(html)).toBeLessThan(2_000_000);
    expect(html).toMatch(/Shown: \d+ of 3,000 networks/);
    for (const id of [
      'fronts',
      'pareto',
      'designs-table',
      'spread',
      'activity',
      'unmeasured',
      'failed',
      'points-table',
    ])
      expect(partOf(html, id)).not.toBe('');
  });

  it('is made of the first items that fit, and of all that do', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 9 })), fc.nat(60), (items, bytes) => {
        const parts = fitting(items, (item) => `é${item}`, bytes);
        const size = (count: number): number =>
          items.slice(0, count).reduce((sum, item) => sum + Buffer.byteLength(item) + 3, 0);
        expect(parts).toEqual(items.slice(0, parts.length).map((item) => `é${item}`));
        expect(size(parts.length)).toBeLessThanOrEqual(bytes);
        if (parts.length < items.length) expect(size(parts.length + 1)).toBeGreaterThan(bytes);
      }),
    );
  });
});
