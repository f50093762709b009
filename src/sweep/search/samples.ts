/** Pictures and labels as NPY files, which `nomul build` reads. */

import type { Dataset } from '../../nn/index.js';
import { replaceFile } from '../store/index.js';

/** The first `count` pictures, [picture][y][x][channel]. */
export const writePictures = (path: string, { pictures, shape }: Dataset, count: number): void => {
  const size = shape[0] * shape[1] * shape[2];
  const some = pictures.subarray(0, count * size);
  const kind = some instanceof Uint8Array ? '|u1' : '<f4';
  writeNpy(path, kind, [count, ...shape], new Uint8Array(some.buffer, some.byteOffset, some.byteLength));
};

export const writeLabels = (path: string, { labels }: Dataset, count: number): void =>
  writeNpy(path, '|u1', [count], labels.subarray(0, count));

/** NPY 1.0: magic, version, length of the header, the header as Python source padded to 64 bytes, the bytes. */
const writeNpy = (path: string, kind: string, dims: readonly number[], bytes: Uint8Array): void => {
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${dims.join(', ')},), }`;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const start = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    padded.length & 255,
    padded.length >> 8,
  ]);
  replaceFile(path, Buffer.concat([start, Buffer.from(padded, 'latin1'), bytes]));
};
