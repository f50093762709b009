/** Registers and wires of fixed point: an integer one with a binary point. */

import { SIntReg, SIntWire, UIntReg, UIntWire } from './driven.js';
import type { FixedValue } from './fixed-value.js';
import { constantFor, SFixed, UFixed } from './fixed.js';
import { SInt, UInt } from './signal.js';

/** A register of fixed point; more fraction bits extend exactly. @throws HDL029 HDL004 when the value needs other bits. */
export class SFixedReg extends SFixed {
  constructor(
    override readonly raw: SIntReg,
    fraction: number,
  ) {
    super(raw, fraction);
  }
  set next(value: SFixed | FixedValue) {
    const { name } = this.raw.reg;
    this.raw.next =
      value instanceof SFixed ? value.alignedTo(this.format, name) : constantFor(value, this.format, name);
  }
}
export class UFixedReg extends UFixed {
  constructor(
    override readonly raw: UIntReg,
    fraction: number,
  ) {
    super(raw, fraction);
  }
  set next(value: UFixed | FixedValue) {
    const { name } = this.raw.reg;
    this.raw.next =
      value instanceof UFixed ? value.alignedTo(this.format, name) : constantFor(value, this.format, name);
  }
}
/** A named net of fixed point. @throws HDL029 HDL004 when the value needs other bits. */
export class SFixedWire extends SFixed {
  constructor(
    override readonly raw: SIntWire,
    fraction: number,
  ) {
    super(raw, fraction);
  }
  set value(value: SFixed | FixedValue) {
    const { name } = this.raw.wire;
    this.raw.value =
      value instanceof SFixed ? value.alignedTo(this.format, name) : constantFor(value, this.format, name);
  }
}
export class UFixedWire extends UFixed {
  constructor(
    override readonly raw: UIntWire,
    fraction: number,
  ) {
    super(raw, fraction);
  }
  set value(value: UFixed | FixedValue) {
    const { name } = this.raw.wire;
    this.raw.value =
      value instanceof UFixed ? value.alignedTo(this.format, name) : constantFor(value, this.format, name);
  }
}

/** What was made for a leaf of a shape, with the leaf's binary point: signals and types get it, all else stays. */
export const withPoint = (made: unknown, fraction: number | undefined): unknown => {
  if (fraction === undefined) return made;
  if (made instanceof SIntReg) return new SFixedReg(made, fraction);
  if (made instanceof UIntReg) return new UFixedReg(made, fraction);
  if (made instanceof SIntWire) return new SFixedWire(made, fraction);
  if (made instanceof UIntWire) return new UFixedWire(made, fraction);
  if (made instanceof SInt) return new SFixed(made, fraction);
  if (made instanceof UInt) return new UFixed(made, fraction);
  return typeof made === 'object' && made !== null && 'signed' in made ? { ...made, fraction } : made;
};
