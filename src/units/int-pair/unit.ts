/** Two exact products with one operand in common from one multiplier cell. */
import { mult18x18d, sbMac16DualProduct } from '../../cells/index.js';
import { component, sint, SInt, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { checkWidths, factorRange, pairPacking, type IntPairParams } from './packing.js';

interface Operands {
  readonly shared: UInt | SInt;
  readonly first: UInt | SInt;
  readonly second: UInt | SInt;
}
interface Products {
  readonly low: UInt | SInt;
  readonly high: UInt | SInt;
}

/**
 * low = shared * first and high = shared * second, exact, `latencyCycles` later; registers in front of and behind the
 * multiplier are the cell's. One MULT18X18D multiplies first + second * 2^shift: where the signed low product is negative, the
 * upper bits are one too small, which one more stage adds. @throws UnitParameterError where the widths do not fit
 */
export const intPair = (params: IntPairParams) => {
  const { sharedWidth, factorWidth, signed, symmetric = false, implementation } = params;
  checkWidths(params);
  const inMac16 = implementation === 'sbMac16';
  const shift = inMac16 ? 0 : pairPacking(params).shift;
  const latencyCycles = inMac16 ? 2 : 3;
  const type = (width: number) => (signed ? sint(width) : uint(width));
  const productWidth = sharedWidth + factorWidth;
  const unit = component(
    `int_pair_${signed ? 's' : 'u'}${sharedWidth}_f${factorWidth}${symmetric ? '_sym' : ''}_${inMac16 ? 'mac16' : 'mult18'}`,
    {
      in: { shared: type(sharedWidth), first: type(factorWidth), second: type(factorWidth) },
      out: { low: type(productWidth), high: type(productWidth) },
      parameters: { sharedWidth, factorWidth, signed, symmetric, implementation },
      latency: latencyCycles,
    },
    (operands, m) => {
      const { low, high } = inMac16 ? dual(operands) : packed(m, operands, params, shift);
      const fitted = (value: UInt | SInt): UInt | SInt =>
        value.width > productWidth ? value.wrap(productWidth) : value;
      return { low: fitted(low), high: fitted(high) };
    },
  );
  return { component: unit, latencyCycles, shift };
};

const dual = ({ shared, first, second }: Operands): Products => {
  const registers = { inputRegister: true, outputRegister: true };
  if (shared instanceof SInt && first instanceof SInt && second instanceof SInt) {
    const cell = sbMac16DualProduct({ signed: true, ...registers });
    return cell('mac', { a: { low: shared, high: shared }, b: { low: first, high: second } }).product;
  }
  if (shared instanceof SInt || first instanceof SInt || second instanceof SInt)
    throw new TypeError('all operands are signed, or none');
  const cell = sbMac16DualProduct({ signed: false, ...registers });
  return cell('mac', { a: { low: shared, high: shared }, b: { low: first, high: second } }).product;
};

const packed = (
  m: ModuleBuilder,
  { shared, first, second }: Operands,
  params: IntPairParams,
  shift: number,
): Products => {
  const registers = { inputRegister: true, outputRegister: true };
  if (shared instanceof SInt && first instanceof SInt && second instanceof SInt) {
    const { lo, hi } = factorRange(params);
    const operand = first.assumeRange(lo, hi).add(second.assumeRange(lo, hi).shl(shift));
    const { product } = mult18x18d({ signed: true, ...registers })('mult', { a: operand, b: shared });
    const low = product.bits(shift - 1, 0).asSint();
    const borrowed = product.bit(shift - 1);
    return {
      low: m.pipe('low_q', low),
      high: m.pipe(
        'high_q',
        product
          .shr(shift)
          .add(borrowed.toSint())
          .wrap(shared.width + second.width),
      ),
    };
  }
  if (shared instanceof SInt || first instanceof SInt || second instanceof SInt)
    throw new TypeError('all operands are signed, or none');
  const operand = second.shl(shift).add(first);
  const { product } = mult18x18d({ signed: false, ...registers })('mult', { a: operand, b: shared });
  return {
    low: m.pipe('low_q', product.bits(shift - 1, 0)),
    high: m.pipe('high_q', product.shr(shift).wrap(shared.width + second.width)),
  };
};
