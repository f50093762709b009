/** Exact multiply-accumulate of integers, one product per cycle: in LUTs or around one multiplier cell. */
import { mult18x18d, sbMac16Accumulate } from '../../cells/index.js';
import {
  bit,
  component,
  sint,
  SInt,
  uint,
  type ModuleBuilder,
  type SIntType,
  type UInt,
  type UIntType,
} from '../../hdl/index.js';
import { treeLevels } from '../adder-tree/tree.js';
import { digitCount } from '../recoded-dot/digits.js';
import { addWithCarry, exactProduct } from './exact-product.js';
import { intMacShape, type IntMacParams, type IntMacShape } from './parameters.js';

interface Operands {
  readonly act: UInt | SInt;
  readonly weight: UInt | SInt;
  readonly clear: UInt;
}

/**
 * acc = clear ? 0 : acc + act * weight, `latencyCycles` after act, weight and clear, modulo 2^accWidth. Unknown until the first
 * clear. With a multiplier cell, the registers of operands and product (SB_MAC16: of the sum) are the cell's.
 * @throws UnitParameterError
 */
export const intMac = (params: IntMacParams) => {
  const shape = intMacShape(params);
  const { actWidth, weightWidth, actSigned, weightSigned, accWidth } = shape;
  const { latencyCycles, accumulate } = implementations[shape.implementation](shape);
  const letter = (signed: boolean): string => (signed ? 's' : 'u');
  const unit = component(
    `int_mac_${letter(actSigned)}${actWidth}_${letter(weightSigned)}${weightWidth}_p${accWidth}_${suffixes[shape.implementation]}`,
    {
      in: { act: operand(actSigned, actWidth), weight: operand(weightSigned, weightWidth), clear: bit },
      out: { acc: sint(accWidth) },
      parameters: { ...shape },
    },
    (inputs, m) => ({ acc: accumulate(m, inputs) }),
  );
  return { component: unit, latencyCycles };
};

const suffixes = { lut: 'lut', sbMac16: 'mac16', mult18x18d: 'mult18' } as const;

const operand = (signed: boolean, width: number): UIntType | SIntType => (signed ? sint(width) : uint(width));

const signedOf = (signal: UInt | SInt): SInt => (signal instanceof SInt ? signal : signal.toSint());

interface Implementation {
  readonly latencyCycles: number;
  readonly accumulate: (m: ModuleBuilder, operands: Operands) => SInt;
}

const inMac16 = ({ accWidth }: IntMacShape): Implementation => ({
  latencyCycles: 2,
  accumulate: (m, { act, weight, clear }) => {
    const load = m.pipe('load', clear);
    const control = { load, value: 0, hold: 0, subtract: 0 };
    if (act instanceof SInt || weight instanceof SInt) {
      const cell = sbMac16Accumulate({ signed: true, inputRegister: true });
      return cell('mac', { a: signedOf(act), b: signedOf(weight), ...control }).acc.wrap(accWidth);
    }
    const cell = sbMac16Accumulate({ signed: false, inputRegister: true });
    return cell('mac', { a: act, b: weight, ...control })
      .acc.wrap(accWidth)
      .asSint();
  },
});

const inMult18 = ({ accWidth }: IntMacShape): Implementation => ({
  latencyCycles: 3,
  accumulate: (m, { act, weight, clear }) => {
    const cell = mult18x18d({ signed: true, inputRegister: true, outputRegister: true });
    const { product } = cell('mult', { a: signedOf(act), b: signedOf(weight) });
    return sumOf(m, m.pipe('clear_q', clear, { stages: 2 }), accWidth, (acc) => acc.add(product));
  },
});

const inLuts = ({ weightWidth, weightSigned, accWidth }: IntMacShape): Implementation => {
  const productCycles = 2 + treeLevels(digitCount(weightWidth + Number(!weightSigned)));
  return {
    latencyCycles: productCycles + 1,
    accumulate: (m, { act, weight, clear }) => {
      const product = exactProduct(m, signedOf(act), signedOf(weight));
      return sumOf(m, m.pipe('clear_q', clear, { stages: productCycles }), accWidth, (acc) =>
        addWithCarry(acc, product.value, product.carry),
      );
    },
  };
};

const implementations: Readonly<
  Record<IntMacShape['implementation'], (shape: IntMacShape) => Implementation>
> = { lut: inLuts, sbMac16: inMac16, mult18x18d: inMult18 };

const sumOf = (m: ModuleBuilder, clear: UInt, width: number, next: (acc: SInt) => SInt): SInt => {
  const { acc_q: acc } = m.regs({ acc_q: sint(width) }, { reset: false });
  m.when(clear, () => {
    acc.next = 0;
  }).otherwise(() => {
    acc.next = next(acc).wrap(width);
  });
  return acc;
};
