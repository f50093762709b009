/** The folder tree is the architecture: who may import whom, one public face per folder, no file above 400 lines. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** Folder -> folders it may import (ARCHITECTURE.md holds the same table). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  num: [],
  hdl: ['num'],
  tools: ['num'],
  sim: ['num', 'hdl', 'tools'],
  formal: ['num', 'hdl', 'sim', 'tools'],
  units: ['num', 'hdl', 'cells'],
  cells: ['num', 'hdl'],
  nn: ['num'],
  quant: ['num', 'nn'],
  accel: ['num', 'hdl', 'cells', 'units', 'nn'],
  synth: ['num', 'hdl', 'tools', 'sim'],
  lint: [],
  report: ['num', 'hdl', 'tools', 'sim', 'formal', 'units', 'nn', 'quant', 'accel', 'synth'],
  flow: ['num', 'hdl', 'tools', 'sim', 'formal', 'units', 'nn', 'quant', 'accel', 'synth', 'report'],
  sweep: ['num', 'hdl', 'tools', 'sim', 'formal', 'units', 'nn', 'quant', 'accel', 'synth', 'report', 'flow'],
  cli: [
    'num',
    'hdl',
    'tools',
    'sim',
    'formal',
    'units',
    'nn',
    'quant',
    'accel',
    'synth',
    'report',
    'flow',
    'sweep',
  ],
};

/** Written by programs: tables may be longer than a file that is read top-down. */
const tables: readonly string[] = ['nn/onnx/onnx_pb.ts', 'flow/catalogue/measured.ts'];
const lineLimit = 400;

const walk = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });

const files = walk(source).filter((path) => path.endsWith('.ts'));
const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes(`${sep}testing${sep}`);
const folderOf = (path: string): string => relative(source, path).split(sep)[0] ?? '';

interface Import {
  readonly from: string;
  readonly target: string;
  readonly specifier: string;
}

const importsOf = (path: string): readonly Import[] =>
  [
    ...readFileSync(path, 'utf8').matchAll(/^(?:import|export)[^;]*?from '(\.[^']*)'|^import '(\.[^']*)'/gms),
  ].map((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    return { from: path, target: resolve(dirname(path), specifier), specifier };
  });

const crossings = files
  .filter((path) => !isTest(path))
  .flatMap(importsOf)
  .filter(({ from, target }) => target.startsWith(source) && folderOf(from) !== folderOf(target));

describe('architecture', () => {
  it('reads the imports it is about', () => {
    expect(crossings.length).toBeGreaterThan(50);
  });

  it('knows every folder of src', () => {
    expect(
      readdirSync(source)
        .filter((name) => statSync(join(source, name)).isDirectory())
        .sort(),
    ).toEqual(Object.keys(mayImport).sort());
  });

  it('lets folders import only what the table allows', () => {
    const broken = crossings
      .filter(({ from, target }) => mayImport[folderOf(from)]?.includes(folderOf(target)) !== true)
      .map(({ from, specifier }) => `${relative(source, from)} imports ${specifier}`);
    expect(broken).toEqual([]);
  });

  it('lets other folders import only the index', () => {
    const inner = crossings
      .filter(({ target }) => relative(source, target).split(sep).slice(1).join('/') !== 'index.js')
      .map(({ from, specifier }) => `${relative(source, from)} imports ${specifier}`);
    expect(inner).toEqual([]);
  });

  it('keeps every file at 400 lines or fewer', () => {
    const long = files
      .filter((path) => !tables.includes(relative(source, path).split(sep).join('/')))
      .map((path) => ({
        path: relative(source, path),
        lines: readFileSync(path, 'utf8').split('\n').length - 1,
      }))
      .filter(({ lines }) => lines > lineLimit);
    expect(long).toEqual([]);
  });

  it('is what ARCHITECTURE.md says, in at most 80 lines', () => {
    const text = readFileSync(resolve(source, '../ARCHITECTURE.md'), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(81);
    for (const [folder, allowed] of Object.entries(mayImport)) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`src/${folder}\``));
      expect(row, folder).toBeDefined();
      const listed = row?.split('|')[3]?.trim();
      expect(listed, folder).toBe(expectedCell(folder, allowed));
    }
  });
});

const expectedCell = (folder: string, allowed: readonly string[]): string => {
  if (folder === 'flow' || folder === 'sweep' || folder === 'cli' || folder === 'report')
    return 'everything above';
  return allowed.length === 0 ? '–' : allowed.join(', ');
};
