import type { Shape } from '../ir.js';

/** Labelled pictures in memory: value = stored number * scale, as the network's input sees it. */
export interface Dataset {
  readonly name: string;
  readonly shape: Shape;
  readonly classes: number;
  readonly count: number;
  /** [picture][y][x][channel]. */
  readonly pictures: Uint8Array | Float32Array;
  readonly scale: number;
  /** 0 .. classes - 1, one per picture. */
  readonly labels: Uint8Array;
}
