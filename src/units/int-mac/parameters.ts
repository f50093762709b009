import { requireInteger, UnitParameterError } from '../errors.js';

export interface IntMacParams {
  /** 2 to 16. */
  readonly actWidth: number;
  /** 2 to 16. */
  readonly weightWidth: number;
  /** Default true; false: the operand is unsigned. */
  readonly actSigned?: boolean;
  readonly weightSigned?: boolean;
  /** Bits of the accumulator, which wraps: 2 to 64, with `sbMac16` at most 32. */
  readonly accWidth: number;
  /** LUTs and carry chains alone, or the multiplier cell of iCE40 UltraPlus or ECP5. */
  readonly implementation: 'lut' | 'sbMac16' | 'mult18x18d';
}

/** Every choice made. */
export type IntMacShape = Required<IntMacParams>;

/** @throws UnitParameterError */
export const intMacShape = (params: IntMacParams): IntMacShape => {
  const shape = { actSigned: true, weightSigned: true, ...params };
  requireInteger('intMac', 'actWidth', shape.actWidth, 2, 16);
  requireInteger('intMac', 'weightWidth', shape.weightWidth, 2, 16);
  requireInteger('intMac', 'accWidth', shape.accWidth, 2, shape.implementation === 'sbMac16' ? 32 : 64);
  if (shape.implementation === 'sbMac16' && shape.actSigned !== shape.weightSigned) {
    // Both operands of the cell are signed then, and an unsigned one needs a bit for its sign.
    const [name, width] = shape.actSigned
      ? (['weightWidth', shape.weightWidth] as const)
      : (['actWidth', shape.actWidth] as const);
    if (width === 16)
      throw new UnitParameterError(
        'intMac',
        name,
        'must be at most 15 where one operand is unsigned and the other signed (sbMac16), not 16',
      );
  }
  return shape;
};
