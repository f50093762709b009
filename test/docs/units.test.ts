/** The examples of docs/units run, and print what they say. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const pages = join(root, 'docs', 'units');
const scratch = join(root, '.cache', 'docs-units');

const examples = readdirSync(pages).flatMap((page) => {
  const text = readFileSync(join(pages, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => ({ page, code }));
});

/** `nomul/x` is the source folder here, so that no build is needed. */
const runnable = (code: string): string =>
  code.replaceAll(
    /from 'nomul\/(\w+)'/g,
    (_, folder: string) => `from '${join(root, 'src', folder, 'index.js')}'`,
  );

describe('docs/units', () => {
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('has an example for every unit', () => {
    expect(examples.map(({ page }) => page).sort()).toEqual(
      readdirSync(pages)
        .filter((page) => page !== 'README.md')
        .sort(),
    );
  });

  it.each(examples)('$page', async ({ page, code }) => {
    const expected = [...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text]) => text);
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((value: unknown) => {
      printed.push(typeof value === 'bigint' ? `${value}n` : String(value));
    });
    mkdirSync(scratch, { recursive: true });
    const file = join(scratch, page.replace('.md', '.ts'));
    writeFileSync(file, runnable(code));
    await import(file);
    expect(expected.length).toBeGreaterThan(0);
    expect(printed).toEqual(expected);
  });
});
