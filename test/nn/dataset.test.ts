import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  loadDataset,
  NnError,
  splitDataset,
  subset,
  verifyDataset,
  type Dataset,
} from '../../src/nn/index.js';
import { haveShared, sharedPath } from './shared-data.js';

const root = mkdtempSync(join(tmpdir(), 'nomul-dataset-'));
let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'set-'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const idx = (type: number, dims: readonly number[], bytes: ArrayLike<number>): Uint8Array =>
  Uint8Array.from([
    0,
    0,
    type,
    dims.length,
    ...dims.flatMap((size) => [0, 0, 0, size]),
    ...Array.from(bytes),
  ]);
const write = (name: string, bytes: Uint8Array | string): void => {
  writeFileSync(join(folder, name), bytes);
};
const writePart = (part: string, labels: readonly number[]): void => {
  const pixels = labels.map((label) => [label, 255, 0, 1]).flat();
  write(`x-${part}-images-idx3-ubyte.gz`, gzipSync(idx(8, [labels.length, 2, 2], pixels)));
  write(`x-${part}-labels-idx1-ubyte`, idx(8, [labels.length], labels));
};
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof NnError) return error.message;
  }
  return 'no error';
};

describe('IDX', () => {
  it('reads four files, gzipped or not, with one number of classes for both parts', () => {
    writePart('train', [0, 1, 2]);
    writePart('t10k', [3]);
    const { train, test } = loadDataset(folder, 'x-');
    expect(train).toEqual({
      name: 'x-train',
      shape: [2, 2, 1],
      classes: 4,
      count: 3,
      pictures: Uint8Array.of(0, 255, 0, 1, 1, 255, 0, 1, 2, 255, 0, 1),
      scale: 1 / 256,
      labels: Uint8Array.of(0, 1, 2),
    });
    expect(test.classes).toBe(4);
    expect(loadDataset(folder, 'x-', 1 / 255).test.scale).toBe(1 / 255);
  });

  it('says which file is missing, and what the folder has', () => {
    writePart('t10k', [3]);
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(
      /^NN025: .*no file x-train-images-idx3-ubyte .*a test set alone/,
    );
    writePart('train', [1]);
    expect(code(() => loadDataset(folder, 'y-'))).toMatch(/Complete there: "x-"\.$/);
    rmSync(join(folder, 'x-train-labels-idx1-ubyte'));
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(
      /^NN025: .*x-train-labels-idx1-ubyte .*the labels of those pictures/,
    );
    for (const path of [join(folder, 'nowhere'), join(folder, 'x-t10k-labels-idx1-ubyte')])
      expect(code(() => loadDataset(path))).toMatch(/^NN025: .*Give a folder/);
  });

  it('refuses wrong counts, shapes and numbers, naming the picture', () => {
    writePart('train', [0, 1]);
    writePart('t10k', [0]);
    write('x-t10k-labels-idx1-ubyte', idx(8, [2], [0, 1]));
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(
      /^NN023: data set "x-t10k" has 2 labels for 1 pictures/,
    );
    writePart('t10k', []);
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(/^NN021: data set "x-t10k" has no pictures/);
    writePart('t10k', [0]);
    write('x-t10k-images-idx3-ubyte.gz', gzipSync(idx(8, [1, 4], [1, 2, 3, 4])));
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(/^NN021: pictures "x-t10k" have shape \[1, 4\]/);
    write(
      'x-t10k-images-idx3-ubyte.gz',
      gzipSync(idx(13, [1, 2, 2], [...new Array<number>(12).fill(0), 0x7f, 0xc0, 0, 0])),
    );
    expect(code(() => loadDataset(folder, 'x-'))).toMatch(
      /^NN024: data set "x-t10k" holds NaN in picture 0 at element 3/,
    );
  });
});

describe('the optdigits CSV', () => {
  const row = (label: string, first = '16'): string =>
    [first, ...new Array<string>(63).fill('0'), label].join(',');
  const header = [...new Array<string>(64).fill('Block'), 'Class'].join(',');

  it('has a header or none, 8 x 8 pictures and scale 1/16', () => {
    write('optdigits.tra.csv.gz', gzipSync(`${header}\n${row('7')}\n${row('2')}\n`));
    write('optdigits.tes.csv', row('9'));
    const { train, test } = loadDataset(folder);
    expect([train.count, train.shape, train.scale, train.classes]).toEqual([2, [8, 8, 1], 1 / 16, 10]);
    expect([...train.labels, ...test.labels, train.pictures[0]]).toEqual([7, 2, 9, 16]);
    expect(loadDataset(folder, 'optdigits')).toEqual({ train, test });
  });

  it.each([
    ['NN024: line 3 of .*has "17" as value 1; integers 0 to 16', row('1', '17')],
    ['NN024: line 3 of .*has "NaN" as value 1', row('1', 'NaN')],
    ['NN023: line 3 of .*has "10" as class', row('10')],
    ['NN023: line 3 of .*has no class', row('')],
    ['NN021: line 3 of .*has 3 values', '1,2,3'],
  ])('is refused: %s', (message, line) => {
    write('optdigits.tes.csv', row('9'));
    write('optdigits.tra.csv', `${header}\n${row('7')}\n${line}\n`);
    expect(code(() => loadDataset(folder))).toMatch(new RegExp(message));
  });
});

describe('parts of a data set', () => {
  const set: Dataset = {
    name: 'ten',
    shape: [1, 1, 2],
    classes: 10,
    count: 10,
    pictures: Float32Array.from({ length: 20 }, (_, i) => i),
    scale: 1,
    labels: Uint8Array.from({ length: 10 }, (_, i) => i),
  };

  it('keep pictures and labels together, and every picture is in exactly one half', () => {
    const { train, validation } = splitDataset(set, 3, 5);
    expect([train.count, validation.count]).toEqual([7, 3]);
    const all = [...train.labels, ...validation.labels].sort((a, b) => a - b);
    expect(all).toEqual([...set.labels]);
    for (const part of [train, validation])
      part.labels.forEach((label, i) => {
        expect([...part.pictures.subarray(2 * i, 2 * i + 2)]).toEqual([2 * label, 2 * label + 1]);
      });
    expect(splitDataset(set, 3, 5)).toEqual({ train, validation });
    expect(splitDataset(set, 3, 6).validation.labels).not.toEqual(validation.labels);
  });

  it('must exist', () => {
    expect(code(() => splitDataset(set, 10, 1))).toMatch(/^NN024: 10 pictures cannot be kept back/);
    expect(code(() => subset(set, [3, 10]))).toMatch(/^NN024: .*no picture 10/);
    expect(
      code(() => {
        verifyDataset({ ...set, classes: 9 });
      }),
    ).toMatch(/^NN023: .*picture 9 as class 9/);
    expect(
      code(() => {
        verifyDataset(set, [2, 2, 1]);
      }),
    ).toMatch(/^NN021: .*network takes 2 x 2 x 1/);
  });
});

describe.runIf(haveShared())('data sets of ../shared/data', () => {
  it('have the sizes that their makers state', () => {
    const digits = loadDataset(sharedPath('datasets'));
    expect([digits.train.count, digits.test.count, digits.train.classes]).toEqual([3823, 1797, 10]);
    const fashion = loadDataset(sharedPath('datasets'), 'fashion-');
    expect([fashion.train.count, fashion.test.count, fashion.train.shape]).toEqual([
      60_000,
      10_000,
      [28, 28, 1],
    ]);
    expect(code(() => loadDataset(sharedPath('datasets'), 'mnist-'))).toMatch(
      /^NN025: .*no file mnist-train-images.*a test set alone.*Complete there: "fashion-", "optdigits"/,
    );
  });
});
