/** Designs of every unit at the ends of their parameter ranges, a file per family. */
import type { Design } from '../../src/hdl/index.js';
import { examples as cmvmFolded } from './cmvm-folded.js';
import { examples as first } from './first.js';
import { examples as int } from './int.js';

export const unitExamples: readonly Design[] = [...first, ...cmvmFolded, ...int];
