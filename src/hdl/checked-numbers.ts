/** Numbers that describe hardware: widths, counts. */
import { fail } from './diagnostics.js';

/** The widest vector that IEEE 1364 asks every tool to take. */
export const maxWidth = 65_536;

/** @throws HDL001 when `width` is no integer from 1 to 65,536 */
export const checkWidth = (width: number): number =>
  Number.isInteger(width) && width >= 1 && width <= maxWidth
    ? width
    : fail(
        'HDL001',
        `a width must be an integer from 1 to ${maxWidth}, not ${width}`,
        width > maxWidth ? 'split the value into words' : 'give it at least one bit',
      );

/** @throws HDL032 when `count` is no integer of at least 0 */
export const checkCount = (count: number, what: string): number =>
  Number.isInteger(count) && count >= 0
    ? count
    : fail('HDL032', `${what} must be an integer of at least 0, not ${count}`, 'give a whole number');
