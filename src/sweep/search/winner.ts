/** What a search has tried and what it settles on. */

import type { SearchDesign } from './designs.js';
import type { Loss } from './loss.js';
import type { Trial } from './trials.js';

export interface Tried {
  readonly design: SearchDesign;
  readonly epochs: number;
  readonly accuracy: number;
  readonly loss: Loss;
  readonly cpuSeconds: number;
}

export interface Winner {
  readonly design: SearchDesign;
  readonly trial: Trial;
  /** Whether the loss asked for is kept on the validation pictures; else this is the most accurate design tried. */
  readonly met: boolean;
}
