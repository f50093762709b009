import { vectorOfRuns, type Run } from '../../num/index.js';
import type { PvqRunDecoderParams } from './unit.js';

/** The vectors that `pvqRunDecoder` gives for the runs of each. @throws RangeError when runs do not fit a vector. */
export const pvqRunDecoderModel = (
  { length }: PvqRunDecoderParams,
  vectors: readonly (readonly Run[])[],
): readonly bigint[] => vectors.flatMap((runs) => vectorOfRuns(runs, length).map(BigInt));
