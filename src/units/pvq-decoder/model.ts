import { pyramidVector } from '../../num/index.js';
import type { PvqDecoderParams } from './unit.js';

/** The elements that `pvqDecoder` gives for an index. @throws RangeError when there is no such vector. */
export const pvqDecoderModel = (params: PvqDecoderParams, index: bigint): readonly bigint[] =>
  pyramidVector(index, params, 'rfc6716').map(BigInt);
