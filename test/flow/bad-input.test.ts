/** Wrong files, options and folders: one clear message, exit code 2, earlier results untouched. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importedOperators } from '../../src/nn/import/lower.js';
import { writeOnnx } from '../../src/nn/index.js';
import {
  emptyFolder,
  envelopeOf,
  expectClearFailure,
  hashesBelow,
  leftovers,
  nomul,
  temporaryFolder,
  type Ended,
} from './nomul.js';
import { idx, labelsFile, picturesFile, tinyGraph, writeTiny, type TinyFiles } from './tiny-model.js';

const root = temporaryFolder();
const results = emptyFolder(root, 'results');
const out = join(results, 'earlier');
let tiny: TinyFiles;
let before: Readonly<Record<string, string>>;

interface Words extends Partial<TinyFiles> {
  readonly out?: string;
  readonly device?: string;
  readonly array?: string;
  readonly more?: readonly string[];
}

const words = (
  verb: string,
  { device = 'hx8k', array = '1x1', more = [], ...files }: Words = {},
): string[] => {
  const { model, samples, labels, out: folder } = { ...tiny, out, ...files };
  const given = ['--samples', samples, '--labels', labels, '--out', folder, '--json', ...more];
  return [verb, model, '--device', device, '--array', array, ...given];
};

beforeAll(async () => {
  tiny = writeTiny(emptyFolder(root, 'tiny'));
  expect((await nomul(words('emit'))).exitCode).toBe(0);
  before = hashesBelow(out);
  expect(Object.keys(before).length).toBeGreaterThan(10);
});

/** Runs, expects exit code 2 and the earlier result as it was. */
const refused = async (given: Words, verb = 'emit'): Promise<Ended> => {
  const ended = await nomul(words(verb, given));
  expect(ended.exitCode, ended.stderr).toBe(2);
  expectClearFailure(ended);
  expect(envelopeOf(ended)).toMatchObject({ ok: false, exitCode: 2, result: null });
  expect(hashesBelow(out)).toEqual(before);
  expect(leftovers(results)).toEqual([]);
  return ended;
};
const codeOf = (ended: Ended): string | undefined => envelopeOf(ended).error?.code;

const file = (name: string, content: Uint8Array | string): string => {
  writeFileSync(join(root, name), content);
  return join(root, name);
};

describe('a model', () => {
  it('that is not there', async () => {
    const { stderr } = await refused({ model: join(root, 'no.onnx') });
    expect(stderr).toContain('cannot read the model');
    expect(stderr).toContain('no.onnx');
  });

  it('that is no ONNX file', async () => {
    const ended = await refused({ model: file('noise.onnx', Uint8Array.from([9, 8, 7, 250, 251, 252])) });
    expect(codeOf(ended)).toBe('NN001');
  });

  it('that is empty', async () => {
    expect(codeOf(await refused({ model: file('empty.onnx', '') }))).toBe('NN001');
  });

  it.each([0.2, 0.5, 0.9, 0.999])('that is cut off at %d of its length', async (part) => {
    const bytes = readFileSync(tiny.model);
    const model = file(`cut${part}.onnx`, bytes.subarray(0, Math.floor(bytes.length * part)));
    expect(codeOf(await refused({ model }))).toMatch(/^NN00[16]$/);
  });

  it('with an unsupported operator: its name, its node, the list of supported ones', async () => {
    const model = file('swish.onnx', writeOnnx(tinyGraph({ extra: 'HardSwish' })));
    const ended = await refused({ model });
    expect(codeOf(ended)).toBe('NN002');
    const name = tinyGraph({ extra: 'HardSwish' }).nodes.find(({ op }) => op === 'HardSwish')?.name ?? '?';
    for (const word of ['HardSwish', name, ...importedOperators]) expect(ended.stderr).toContain(word);
  });

  it('with a weight outside its declared bits', async () => {
    const stored = (name: string, code: number): string => file(name, writeOnnx(tinyGraph({ code })));
    const ended = await refused({ model: stored('wide.onnx', 5) });
    expect(codeOf(ended)).toBe('NN005');
    expect(ended.stderr).toMatch(/the integer 5 at index 3.*-1 \.\. 1/);
    const allowed = await nomul(
      words('emit', { model: stored('narrow.onnx', -1), out: join(root, 'narrow') }),
    );
    expect(allowed.exitCode, allowed.stderr).toBe(0);
  });

  it('that is not quantized: quantize it first', async () => {
    const ended = await refused({ model: file('float.onnx', writeOnnx(tinyGraph({ float: true }))) });
    expect(codeOf(ended)).toBe('NN004');
    expect(ended.stderr).toMatch(/quanti[sz]e/i);
  });
});

describe('samples and labels', () => {
  it.each([
    ['pictures of another size', idx([2, 5, 4], new Array<number>(40).fill(1)), 'NN021'],
    ['a single vector', idx([7], [1, 2, 3, 4, 5, 6, 7]), 'NN021'],
    ['no picture at all', picturesFile(0), 'NO_SAMPLES'],
    ['a file that is cut off', picturesFile().subarray(0, 40), 'NN020'],
    ['a file that is neither IDX nor NPY', new TextEncoder().encode('P5 4 4 255'), 'NN020'],
  ])('%s', async (name, content, code) => {
    const samples = file(`${name.replaceAll(' ', '-')}.idx`, content);
    const ended = await refused({ samples }, 'sim');
    expect(codeOf(ended)).toBe(code);
    if (code === 'NN021') expect(ended.stderr).toMatch(/\b4\b.*\b4\b/);
  });

  it('that are not there', async () => {
    const ended = await refused({ samples: join(root, 'no.idx') }, 'sim');
    expect(ended.stderr).toContain('no.idx');
  });

  it('of different numbers: both are named', async () => {
    const ended = await refused({ labels: file('few.idx', labelsFile(4)) }, 'sim');
    expect(codeOf(ended)).toBe('TOO_FEW_LABELS');
    expect(ended.stderr).toMatch(/4 labels.*6 pictures/);
  });
});

describe('options', () => {
  it('an unknown device: the nearest known one, and all of them', async () => {
    const ended = await refused({ device: 'hx9k' });
    expect(ended.stderr).toContain('did you mean hx8k?');
    expect(ended.stderr).toContain('hx8k, up5k, ecp5-25k, ecp5-85k');
    expect((await refused({ device: 'ecp5-84k' })).stderr).toContain('did you mean ecp5-85k?');
    expect((await refused({ device: 'stratix' })).stderr).not.toContain('did you mean');
  });

  it('an array that no memory word can feed', async () => {
    const ended = await refused({ array: '100x100' });
    expect(codeOf(ended)).toBe('ACC003');
    expect(ended.stderr).toContain('1 to 64');
  });

  it('pin constraints that are not there, before anything is built', async () => {
    const ended = await refused({ more: ['--pcf', join(root, 'no.pcf')] }, 'synth');
    expect(ended.stderr).toContain('no.pcf');
    expect(ended.stderr).not.toContain('synthesis ...');
  });
});

describe('the output folder', () => {
  it('that cannot be made', async () => {
    const ended = await refused({ out: join(tiny.model, 'below-a-file') });
    expect(codeOf(ended)).toBe('FOLDER_NOT_WRITABLE');
  });

  it('that is a file', async () => {
    const path = file('a-file', 'text');
    expect(codeOf(await refused({ out: path }))).toBe('FOLDER_NOT_WRITABLE');
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  it('with files of somebody else', async () => {
    const other = emptyFolder(root, 'other');
    file('other/thesis.tex', 'years of work');
    const ended = await refused({ out: other });
    expect(codeOf(ended)).toBe('NOT_OURS');
    expect(ended.stderr).toContain('thesis.tex');
    expect(Object.keys(hashesBelow(other))).toEqual(['thesis.tex']);
  });

  it('with an earlier result that somebody added to or changed', async () => {
    const mine = join(root, 'mine');
    expect((await nomul(words('emit', { out: mine }))).exitCode).toBe(0);
    writeFileSync(join(mine, 'notes.txt'), 'mine');
    expect((await refused({ out: mine })).stderr).toContain('notes.txt');
    const changed = join(root, 'changed');
    expect((await nomul(words('emit', { out: changed }))).exitCode).toBe(0);
    appendFileSync(join(changed, 'constraints/template.pcf'), 'set_io clk J3\n');
    expect((await refused({ out: changed })).stderr).toContain('template.pcf');
    expect(readFileSync(join(changed, 'constraints/template.pcf'), 'utf8')).toContain('set_io clk J3');
  });

  it('with a report that only looks like ours', async () => {
    const alike = emptyFolder(root, 'alike');
    file('alike/report.json', '{"generator": {"name": "nomul"}}');
    expect(codeOf(await refused({ out: alike }))).toBe('NOT_OURS');
  });

  it('is not made, nor its parents, by a failure', async () => {
    await refused({ out: join(results, 'a/b/c'), model: join(root, 'no.onnx') });
    expect(existsSync(join(results, 'a'))).toBe(false);
  });

  it('may be a link: what it points to is replaced', async () => {
    const real = emptyFolder(root, 'real');
    symlinkSync(real, join(root, 'link'));
    expect((await nomul(words('emit', { out: join(root, 'link') }))).exitCode).toBe(0);
    expect(hashesBelow(real)['rtl/tiny.v']).toBe(before['rtl/tiny.v']);
    expect(existsSync(join(root, 'link', 'report.json'))).toBe(true);
  });

  it('takes back a result that a killed build had moved away, and removes its unfinished work', async () => {
    const place = emptyFolder(root, 'killed');
    const folder = join(place, 'result');
    expect((await nomul(words('emit', { out: folder }))).exitCode).toBe(0);
    // No process has this number.
    const id = `${hostname()}-4194999-abcdef`;
    renameSync(folder, join(place, `.result.earlier-${id}`));
    mkdirSync(join(place, `.result.unfinished-${id}`));
    copyFileSync(tiny.model, join(place, `.result.unfinished-${id}`, 'half.v'));
    await refused({ out: folder, model: join(root, 'no.onnx') });
    expect(leftovers(place)).toEqual([]);
    expect(hashesBelow(folder)['rtl/tiny.v']).toBe(before['rtl/tiny.v']);
    expect(Object.keys(hashesBelow(folder)).sort()).toEqual(Object.keys(before).sort());
  });
});
