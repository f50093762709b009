/** The demo's test pictures: which seed draws them and how they are stored. */
import type { DigitSet } from './draw-digits.js';
import { drawDigits, pictureSize } from './draw-digits.js';
import { encodeIdx } from './idx.js';

/** Training draws from seeds far above this one (see `train.ts`), so no test picture is ever trained on. */
export const testSeed = 1;
export const testCount = 1000;

export const imagesFile = 'digits-images.idx3-ubyte.gz';
export const labelsFile = 'digits-labels.idx1-ubyte.gz';
export const modelFile = 'digits.onnx';
export const recordFile = 'digits.json';

export function drawTestSet(): DigitSet {
  return drawDigits(testSeed, testCount);
}

/** The two files by name. */
export function encodeTestSet({ count, pixels, labels }: DigitSet): Readonly<Record<string, Uint8Array>> {
  return {
    [imagesFile]: encodeIdx([count, pictureSize, pictureSize], pixels),
    [labelsFile]: encodeIdx([count], labels),
  };
}
