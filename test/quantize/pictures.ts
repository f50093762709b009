/** Labelled pictures that a small network can tell apart, in IDX files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '../../demo/idx.js';
import { createRandom } from '../../src/num/index.js';

/** Ten classes: a bright column or row of a noisy 8x8 picture. */
export const writePictures = (folder: string, name: string, count: number, seed: number): void => {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const pixels = Uint8Array.from({ length: 64 * count }, (_, i) => {
    const label = labels[Math.floor(i / 64)] ?? 0;
    const [x, y] = [i % 8, Math.floor(i / 8) % 8];
    return (label < 5 ? x === label + 1 : y === label - 3) ? random.integer(150, 255) : random.integer(0, 80);
  });
  writeFileSync(join(folder, `${name}-images-idx3-ubyte.gz`), encodeIdx([count, 8, 8], pixels));
  writeFileSync(join(folder, `${name}-labels-idx1-ubyte.gz`), encodeIdx([count], labels));
};
