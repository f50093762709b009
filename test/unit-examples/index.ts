/** Designs of every unit at the ends of their parameter ranges, a file per family. */
import type { Design } from '../../src/hdl/index.js';
import { examples as approx } from './approx.js';
import { examples as cmvm } from './cmvm.js';
import { examples as cmvmFolded } from './cmvm-folded.js';
import { examples as first } from './first.js';
import { examples as powerOfTwo } from './power-of-two.js';
import { examples as int } from './int.js';
import { examples as pvq } from './pvq.js';
import { examples as ternary } from './ternary.js';

export const unitExamples: readonly Design[] = [
  ...first,
  ...approx,
  ...cmvm,
  ...cmvmFolded,
  ...int,
  ...ternary,
  ...pvq,
  ...powerOfTwo,
];
