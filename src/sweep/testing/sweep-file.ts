/** Sweep files for verbs that read one, with points for the synthetic stages. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepFile } from '../spec/index.js';
import type { Behaviour } from './synthetic.js';

/** Writes a sweep of `designs` arrays for each of `models`, two seeds each, in `folder`. Returns its path. */
export const writeSweepFile = (folder: string, models: readonly Behaviour[], designs: number): string => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), 'no stage here reads it');
  const file: SweepFile = {
    title: 'synthetic',
    models: models.map((name) => ({ name, model: 'model.onnx' })),
    arrays: Array.from({ length: designs }, (_, index) => `${index + 1}x1`),
    devices: ['hx8k'],
    seeds: 2,
    limits: { memoryMiB: 4096 },
  };
  const path = join(folder, 'sweep.json');
  writeFileSync(path, JSON.stringify(file));
  return path;
};
