import type { Dataset } from '../../nn/index.js';
import { QuantError } from '../errors.js';

/**
 * Numbers of `count` pictures (all, if there are fewer) spread evenly over the data, which may be sorted by class.
 * @throws QuantError QT601 unless count is an integer > 0 and there are pictures
 */
export const spreadPictures = (data: Dataset, count: number): readonly number[] => {
  if (!Number.isInteger(count) || count < 1)
    throw new QuantError('QT601', `calibration on ${count} pictures is not possible; ask for 1 or more.`);
  if (data.count === 0)
    throw new QuantError('QT601', `data set "${data.name}" has no pictures; calibration needs some.`);
  const taken = Math.min(count, data.count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * data.count) / taken));
};
