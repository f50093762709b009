/**
 * The pages of docs/ that show programs: each page's `ts` blocks form one program, which type-checks and prints what the
 * page says (`// prints X` behind a statement, or a `text` block right after the code).
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const docs = join(root, 'docs');
const scratch = join(root, '.cache', 'docs-pages');

/** Pages whose code is not a program: wrong on purpose, or in need of a user's own files. */
const notPrograms = ['errors.md', 'silent-elsewhere.md', 'accelerator.md', 'build.md', 'reload.md'];

interface Page {
  readonly name: string;
  readonly code: string;
  readonly expected: readonly string[];
}

const block = /^```ts\n(.*?)^```\n(?:\n*^```text\n(.*?)^```\n)?/gms;

const pages = readdirSync(docs)
  .filter((name) => name.endsWith('.md') && !notPrograms.includes(name))
  .map((name): Page => {
    const blocks = [...readFileSync(join(docs, name), 'utf8').matchAll(block)];
    const expected = blocks.flatMap(([, code = '', output = '']) => [
      ...[...code.matchAll(/\/\/ prints (.*)$/gm)].map(([, text = '']) => text),
      ...output.split('\n').slice(0, -1),
    ]);
    return { name, code: blocks.map(([, code = '']) => code).join('\n'), expected };
  })
  .filter(({ code }) => code !== '');

/** `nomul/x` is the source folder here, so that no build is needed. */
const runnable = (code: string): string =>
  code
    .replaceAll(/from 'nomul\/(\w+)'/g, (_, folder: string) => `from '${root}/src/${folder}/index.js'`)
    .replaceAll("from 'nomul'", `from '${root}/src/flow/index.js'`);

const fileOf = ({ name }: Page): string => join(scratch, name.replace('.md', '.ts'));

/** What a page's program prints, line by line. */
const run = async (page: Page): Promise<readonly string[]> => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(...values.map(show).join(' ').split('\n'));
  });
  await import(fileOf(page));
  return printed.map((line) => line.trimEnd());
};

const show = (value: unknown): string =>
  typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? value : JSON.stringify(value);

const host: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, ' '));
  },
};

describe('the pages of docs/', () => {
  beforeAll(() => {
    mkdirSync(scratch, { recursive: true });
    for (const page of pages) writeFileSync(fileOf(page), runnable(page.code));
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('type-check', () => {
    const options = ts.getParsedCommandLineOfConfigFile(
      join(root, 'tsconfig.json'),
      { noUnusedLocals: false },
      host,
    )?.options;
    const program = ts.createProgram(pages.map(fileOf), options ?? {});
    const problems = pages.flatMap((page) => {
      const source = program.getSourceFile(fileOf(page));
      return ts.getPreEmitDiagnostics(program, source).map(({ messageText, start }) => ({
        page: page.name,
        line: source === undefined ? 0 : source.getLineAndCharacterOfPosition(start ?? 0).line + 1,
        message: ts.flattenDiagnosticMessageText(messageText, '\n'),
      }));
    });
    expect(problems).toEqual([]);
  });

  it.each(pages)('$name', async (page) => {
    expect(page.expected.length).toBeGreaterThan(0);
    expect(await run(page)).toEqual(page.expected);
  });
});
