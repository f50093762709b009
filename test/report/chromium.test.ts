/** The page of a sweep in a browser, opened from disk. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderSweepReport } from '../../src/report/index.js';
import { exampleSweep } from '../../src/report/testing/sweep-example.js';

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
const chromium = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find(executable);
if (chromium === undefined) console.warn('the page is not tested in a browser: there is no chromium on PATH');

// What runs in the page is text: the project knows no types of the DOM.
const ask = async <Schema extends z.ZodType>(
  page: Page,
  schema: Schema,
  code: string,
): Promise<z.output<Schema>> => schema.parse(await page.evaluate(code));

const colourSchema = z.strictObject({
  page: z.string(),
  text: z.string(),
  mark: z.string(),
  label: z.string(),
  floorplan: z.string(),
});

/** Colours of the page and of marks of its pictures, as the browser computes them. */
const colours = (page: Page) =>
  ask(
    page,
    colourSchema,
    `(() => {
      const of = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
      return {
        page: of('body', 'backgroundColor'),
        text: of('body', 'color'),
        mark: of('svg [aria-roledescription=point]', 'fill'),
        label: of('svg text', 'fill'),
        floorplan: of('.plans path', 'fill'),
      };
    })()`,
  );

/** A property of every element that a selector finds. */
const each = (page: Page, selector: string, expression: string): Promise<unknown[]> =>
  ask(
    page,
    z.array(z.unknown()),
    `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => ${expression})`,
  );

/** Values of a column of a table's visible rows, as they are sorted by. */
const column = (page: Page, table: string, heading: string): Promise<string[]> =>
  ask(
    page,
    z.array(z.string()),
    `(() => {
      const table = document.querySelector('#${table} table');
      const index = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === '${heading}');
      return [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[index].dataset.sort);
    })()`,
  );

const press = (page: Page, table: string, heading: string): Promise<unknown> =>
  page.evaluate(
    `[...document.querySelectorAll('#${table} th button')].find((b) => b.textContent === '${heading}').click()`,
  );

describe.runIf(chromium !== undefined || process.env['CI'] !== undefined)('the page of a sweep', () => {
  const sweep = exampleSweep({ models: 2, settings: 2, seeds: 3 });
  let folder = '';
  let browser: Browser | undefined;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nomul-page-'));
    const file = join(folder, 'report.html');
    writeFileSync(file, await renderSweepReport(sweep));
    browser = await launch({ executablePath: chromium ?? 'chromium', args: ['--no-sandbox'] });
    page = await browser.newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens from disk with no other request, and no complaint of the browser', () => {
    expect(requests).toEqual([pathToFileURL(join(folder, 'report.html')).href]);
    expect(complaints).toEqual([]);
  });

  it('is light or dark as the reader prefers, and the other way at the press of a button', async () => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    const light = await colours(page);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    const dark = await colours(page);
    expect(light).toMatchObject({
      page: 'rgb(246, 247, 249)',
      text: 'rgb(27, 31, 36)',
      label: 'rgb(27, 31, 36)',
    });
    expect(dark).toMatchObject({
      page: 'rgb(15, 19, 24)',
      text: 'rgb(230, 234, 239)',
      label: 'rgb(230, 234, 239)',
    });
    for (const part of ['mark', 'floorplan'] as const) {
      expect(dark[part]).toMatch(/^rgb/);
      expect(dark[part]).not.toBe(light[part]);
    }
    await page.click('#theme');
    expect(await colours(page)).toEqual(light);
    await page.click('#theme');
    expect(await colours(page)).toEqual(dark);
  });

  it('prints in light colours on wide pages, every row, without the controls', async () => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.emulateMediaType('print');
    expect(await colours(page)).toMatchObject({ page: 'rgb(255, 255, 255)', text: 'rgb(27, 31, 36)' });
    const shown = await each(page, '.filters, #theme', 'getComputedStyle(element).display');
    expect(new Set(shown)).toEqual(new Set(['none']));
    const overflows = await each(page, '.scroll', 'getComputedStyle(element).overflow');
    expect(new Set(overflows)).toEqual(new Set(['visible']));
    await page.setViewport({ width: 1050, height: 740 });
    const widths = z.array(z.number()).parse(await each(page, 'table', 'element.scrollWidth'));
    expect(Math.max(...widths)).toBeLessThanOrEqual(1050);
    await page.emulateMediaType('screen');
  });

  it('sorts by a column, up and down, what has no value last', async () => {
    await press(page, 'points', 'fmax, MHz');
    const up = await column(page, 'points', 'fmax, MHz');
    const placed = up.filter((value) => value !== '').map(Number);
    expect(up).toHaveLength(360);
    expect(placed).toEqual([...placed].sort((a, b) => a - b));
    expect(up.slice(placed.length).every((value) => value === '')).toBe(true);
    await press(page, 'points', 'fmax, MHz');
    const down = await column(page, 'points', 'fmax, MHz');
    expect(down.slice(0, placed.length).map(Number)).toEqual([...placed].reverse());
    expect(down.at(-1)).toBe('');
  });

  it('filters by choices, bounds and words, says how many are left, and goes back', async () => {
    const choices = await page.$$('#points select');
    const texts = await each(page, '#points label', "element.textContent.split(' ')[0]");
    await choices[texts.indexOf('method')]?.select('pvq');
    await choices[texts.indexOf('device')]?.select('hx8k');
    const expected = sweep.points.filter(({ method, device }) => method === 'pvq' && device === 'hx8k');
    expect(await column(page, 'points', 'device')).toEqual(expected.map(() => 'hx8k'));
    await page.type('#points input[data-bound="from"]', '90');
    const accurate = expected.filter(({ accuracy }) => (accuracy?.after ?? 0) >= 0.9);
    expect(accurate.length).toBeGreaterThan(0);
    expect(await column(page, 'points', 'accuracy')).toHaveLength(accurate.length);
    await page.type('#points input[type="search"]', 'done 8×8');
    const words = accurate.filter(({ status, rows }) => status === 'done' && rows === 8);
    expect(words.length).toBeGreaterThan(0);
    expect(await column(page, 'points', 'status')).toEqual(words.map(() => 'done'));
    const output = () => each(page, '#points output', 'element.textContent');
    expect(await output()).toEqual([`${words.length} of 360 rows`]);
    await page.click('#points button[type="reset"]');
    await page.waitForFunction(`document.querySelector('#points output').textContent === '360 of 360 rows'`);
    expect(await column(page, 'points', 'device')).toHaveLength(360);
    expect(complaints).toEqual([]);
  });

  it('says what a mark of a plot is when the mouse rests on it', async () => {
    const titles = await each(page, 'svg [aria-roledescription=point] title', 'element.textContent');
    expect(titles[0]).toMatch(/^(net0|search|prom).*: 9\d\.\d\d %, [\d,]+/);
    expect(titles.length).toBeGreaterThan(100);
  });
});
