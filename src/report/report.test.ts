import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, escapeJson, number, percent } from './html.js';
import { parseReport, renderReport, ReportError, reportJsonSchema, type Report } from './index.js';
import { script } from './script.js';
import { exampleReport } from './testing/example.js';

/** The JSON that the page carries. */
function embedded(html: string): unknown {
  const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? 'null');
}

/** Everything a reader sees: the page without scripts, style and tags. */
function visibleText(html: string): string {
  return html
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** Just enough of a table with one column for the page's script. */
function fakeTable(keys: readonly string[]) {
  let rows = keys.map((sort) => ({ cells: [{ dataset: { sort } }] }));
  const attributes = new Map<string, string>();
  const listeners: (() => void)[] = [];
  const heading = {
    getAttribute: (name: string) => attributes.get(name) ?? null,
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    removeAttribute: (name: string) => attributes.delete(name),
    querySelector: () => ({
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
    }),
  };
  const body = {
    get rows() {
      return rows;
    },
    append: (...sorted: typeof rows) => (rows = sorted),
  };
  return {
    table: { tHead: { rows: [{ cells: [heading] }] }, tBodies: [body] },
    press: () => listeners.forEach((listener) => listener()),
    order: () => rows.map(({ cells }) => cells[0]?.dataset.sort),
  };
}

describe('report.json', () => {
  it('is read back as written', () => {
    expect(parseReport(JSON.parse(JSON.stringify(exampleReport)))).toEqual(exampleReport);
  });

  it('is refused with the field named when something is wrong', () => {
    const wrong = { ...exampleReport, accuracy: { top1: 98.2, pictures: 1000 } };
    expect(() => parseReport(wrong)).toThrow(/top1/);
    expect(() => parseReport({ ...exampleReport, surprise: 1 })).toThrow(/surprise/);
    expect(() => parseReport(null)).toThrow(ReportError);
  });

  it('is refused when its version is unknown', () => {
    expect(() => parseReport({ ...exampleReport, schemaVersion: 2 })).toThrow(
      expect.objectContaining({
        code: 'REPORT_VERSION',
        message: expect.stringContaining('version 2') as string,
      }),
    );
  });

  it('has a JSON Schema that names every field', () => {
    const schema = JSON.stringify(reportJsonSchema());
    for (const field of Object.keys(exampleReport)) expect(schema).toContain(`"${field}"`);
  });
});

describe('report.html', () => {
  const html = renderReport(exampleReport);

  it('is one self-contained file: no address, no file, no import', () => {
    expect(html).not.toMatch(/https?:|src=|href=|@import|url\(/);
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(html.match(/<section>/g)?.length).toBe(html.match(/<\/section>/g)?.length);
  });

  it('shows what was measured, and what each number rests on', () => {
    const text = visibleText(html);
    for (const shown of [
      '98.20 %',
      '11,474',
      '47.31',
      '3,210',
      '4,123',
      'bit-exact: 100 pictures in 3 simulations',
    ]) {
      expect(text).toContain(shown);
    }
    for (const { name } of exampleReport.layers) expect(text).toContain(name);
    expect(text).toContain('placed');
    expect(text).toContain('equals the prediction');
  });

  it('carries the report itself', () => {
    expect(embedded(html)).toEqual(exampleReport);
  });

  it('is deterministic', () => {
    expect(renderReport(exampleReport)).toBe(html);
  });

  it('says plainly what failed', () => {
    const failed: Report = {
      ...exampleReport,
      equality: [{ simulator: 'verilator', pictures: 20, cycles: 99, mismatches: 3 }],
      clock: { ...exampleReport.clock, met: false },
      initiationInterval: { predicted: 10, simulated: 11 },
      problems: [{ code: 'TIMING_FAILED', message: 'asked for 24 MHz, reached 20 MHz' }],
    };
    const text = visibleText(renderReport(failed));
    expect(text).toContain('differs from the reference in verilator');
    expect(text).toContain('24 MHz missed');
    expect(text).toContain('TIMING_FAILED');
    expect(text).toContain('simulated: 11');
    expect(text).not.toContain('bit-exact:');
  });

  it('says plainly what was not measured', () => {
    const bare: Report = {
      ...exampleReport,
      accuracy: null,
      equality: [],
      netlist: null,
      activity: null,
      device: null,
      clock: { requestedMHz: null, met: null, criticalPath: null },
      latencyCycles: { predicted: 5, simulated: null },
      inferencesPerSecond: null,
      inferencesPerSecondBasis: null,
    };
    const text = visibleText(renderReport(bare));
    expect(text).toContain('not verified: nothing was simulated');
    expect(text).toContain('no labels were given');
    expect(text).toContain('needs place and route');
    expect(text).not.toMatch(/null|undefined|NaN/);
  });

  it('shows any text as text: names cannot become markup or end the script', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const nasty = `${name}</script><img onerror=x>&"'`;
        const page = renderReport({ ...exampleReport, network: { ...exampleReport.network, name: nasty } });
        expect(page).not.toContain('<img');
        expect(page.match(/<\/script>/g)).toHaveLength(2);
        expect(embedded(page)).toMatchObject({ network: { name: nasty } });
      }),
    );
  });

  it('stays under 2 MB for a network of 1000 layers', () => {
    const [first] = exampleReport.layers;
    if (first === undefined) throw new Error('the example has no layers');
    const layers = Array.from({ length: 1000 }, (_, i) => ({ ...first, name: `layer${i}` }));
    expect(Buffer.byteLength(renderReport({ ...exampleReport, layers }))).toBeLessThan(2_000_000);
  });

  it('carries a script that sorts by the pressed heading, and back on the second press', () => {
    const { table, press, order } = fakeTable(['10', '9', '100']);
    new Script(script).runInNewContext({ document: { querySelectorAll: () => [table] } });
    press();
    expect(order()).toEqual(['9', '10', '100']);
    press();
    expect(order()).toEqual(['100', '10', '9']);
    expect(script.length).toBeLessThan(10_000);
  });
});

describe('text', () => {
  it('escapes and formats', () => {
    expect(escapeHtml(`<a b="c">&'`)).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#39;');
    expect(JSON.parse(escapeJson('</script>\u2028'))).toBe('</script>\u2028');
    expect([0, 0.98145, 47.308, 123.456, 1234567.8].map(number)).toEqual([
      '0',
      '0.981',
      '47.31',
      '123.5',
      '1,234,568',
    ]);
    expect(percent(0.9761, 2)).toBe('97.61 %');
  });
});

describe('the package', () => {
  it('keeps report free of other folders', () => {
    for (const file of ['schema', 'render', 'sections', 'charts', 'table', 'html', 'style', 'script']) {
      const source = readFileSync(new URL(`./${file}.ts`, import.meta.url), 'utf8');
      expect(source).not.toMatch(/from '\.\.\//);
    }
  });
});
