/** What the multiplier cells of both families share. */
import type { UInt } from '../hdl/index.js';

/** The exact product of two patterns of equal width, as a pattern of twice that. */
export const multiply = (a: UInt, b: UInt, signed: boolean): UInt => {
  const width = a.width + b.width;
  return signed ? a.asSint().mul(b.asSint()).wrap(width).asUint() : a.mul(b).wrap(width);
};

/** The settings that are on, for a module name: `unsigned` or `signed`, then the others. */
export const flags = ({ signed, ...others }: Readonly<Record<string, boolean>>): string =>
  [
    signed === true ? 'signed' : 'unsigned',
    ...Object.keys(others).filter((key) => others[key] === true),
  ].join('_');
