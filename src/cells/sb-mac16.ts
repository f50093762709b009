/**
 * SB_MAC16: multiplier and accumulator of iCE40 UltraPlus, in the four uses that are modelled. The asynchronous resets are
 * tied off and the cascade pins are open.
 */
import {
  bit,
  cat,
  component,
  external,
  sint,
  uint,
  type Component,
  type ModuleBuilder,
  type SignalOf,
  type SInt,
  type SIntType,
  type UInt,
  type UIntType,
} from '../hdl/index.js';
import { flags, multiply } from './arithmetic.js';

interface Operands {
  /** Of both operands. */
  readonly signed: boolean;
  /** A register behind every operand; default false. */
  readonly inputRegister?: boolean;
}
interface ProductOptions extends Operands {
  /** A register behind the partial products; default false. */
  readonly pipelineRegister?: boolean;
  /** A register behind the product; default false. */
  readonly outputRegister?: boolean;
}
type AccumulateOptions = Omit<ProductOptions, 'outputRegister'>;
interface AddOptions extends Operands {
  /** c - a * b; default false: c + a * b. */
  readonly subtract?: boolean;
}
type DualOptions = Omit<ProductOptions, 'pipelineRegister'>;

const ONE_BIT = {
  CE: bit,
  ...{ AHOLD: bit, BHOLD: bit, CHOLD: bit, DHOLD: bit, OHOLDTOP: bit, OHOLDBOT: bit },
  ...{ IRSTTOP: bit, IRSTBOT: bit, ORSTTOP: bit, ORSTBOT: bit },
  ...{ OLOADTOP: bit, OLOADBOT: bit, ADDSUBTOP: bit, ADDSUBBOT: bit },
};
const PINS = {
  in: { A: uint(16), B: uint(16), C: uint(16), D: uint(16), ...ONE_BIT },
  out: { O: uint(32) },
};
type Pins = SignalOf<typeof PINS.in>;
const IDLE = {
  ...{ CE: 1, A: 0, B: 0, C: 0, D: 0 },
  ...{ AHOLD: 0, BHOLD: 0, CHOLD: 0, DHOLD: 0, OHOLDTOP: 0, OHOLDBOT: 0 },
  ...{ IRSTTOP: 0, IRSTBOT: 0, ORSTTOP: 0, ORSTBOT: 0 },
  ...{ OLOADTOP: 0, OLOADBOT: 0, ADDSUBTOP: 0, ADDSUBBOT: 0 },
};

interface Use {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Cycles from the operands to output O; undefined: O holds state. */
  readonly latency?: number;
  /** Output O of the cell. */
  readonly twin: (pins: Pins, m: ModuleBuilder) => UInt;
}

const cellFor = ({ name, parameters, latency, twin }: Use) =>
  external('SB_MAC16', {
    ...PINS,
    parameters,
    ...(latency === 0 ? {} : { clockPort: 'CLK' }),
    ...(latency === undefined ? {} : { latency }),
    twin: component(`${name}_twin`, PINS, (pins, m) => {
      m.unused(pins);
      return { O: twin(pins, m) };
    }),
  });

const operandParameters = ({ signed, inputRegister = false }: Operands) => ({
  ...{ A_SIGNED: Number(signed), B_SIGNED: Number(signed) },
  ...{ A_REG: Number(inputRegister), B_REG: Number(inputRegister) },
});

const pipelineParameters = ({ pipelineRegister = false }: ProductOptions) => ({
  PIPELINE_16x16_MULT_REG1: Number(pipelineRegister),
  TOP_8x8_MULT_REG: Number(pipelineRegister),
  BOT_8x8_MULT_REG: Number(pipelineRegister),
});

const staged = (m: ModuleBuilder, present: boolean | undefined, name: string, signal: UInt): UInt =>
  present === true ? m.pipe(name, signal) : signal;

/** The product as all uses of the 16x16 multiplier form it. */
const productOf = ({ A, B }: Pins, m: ModuleBuilder, options: ProductOptions): UInt => {
  const a = staged(m, options.inputRegister, 'a_taken', A);
  const b = staged(m, options.inputRegister, 'b_taken', B);
  return staged(m, options.pipelineRegister, 'partial', multiply(a, b, options.signed));
};

type Multiplier<T extends UIntType | SIntType> = Component<{ a: T; b: T }, { product: T }>;

/** product = a * b, 16 by 16 bits, exact, after as many cycles as there are registers. */
export function sbMac16Product(options: ProductOptions & { readonly signed: true }): Multiplier<SIntType>;
export function sbMac16Product(options: ProductOptions & { readonly signed: false }): Multiplier<UIntType>;
export function sbMac16Product(options: ProductOptions): Multiplier<SIntType> | Multiplier<UIntType> {
  const { signed, inputRegister = false, pipelineRegister = false, outputRegister = false } = options;
  const name = `sb_mac16_product_${flags({ signed, in: inputRegister, pipe: pipelineRegister, out: outputRegister })}`;
  const latency = Number(inputRegister) + Number(pipelineRegister) + Number(outputRegister);
  const cell = cellFor({
    name,
    latency,
    parameters: {
      ...operandParameters(options),
      ...pipelineParameters(options),
      PIPELINE_16x16_MULT_REG2: Number(outputRegister),
      ...{ TOPOUTPUT_SELECT: 3, BOTOUTPUT_SELECT: 3 },
    },
    twin: (pins, m) => staged(m, outputRegister, 'product', productOf(pins, m, options)),
  });
  const product = (A: UInt, B: UInt): UInt => cell('mac16', { ...IDLE, A, B }).O;
  return signed
    ? component(
        name,
        { in: { a: sint(16), b: sint(16) }, out: { product: sint(32) }, latency },
        ({ a, b }) => ({
          product: product(a.asUint(), b.asUint()).asSint(),
        }),
      )
    : component(
        name,
        { in: { a: uint(16), b: uint(16) }, out: { product: uint(32) }, latency },
        ({ a, b }) => ({
          product: product(a, b),
        }),
      );
}

const CONTROL = { load: bit, hold: bit, subtract: bit };
type Accumulator<T extends UIntType | SIntType> = Component<
  { a: T; b: T; value: T } & typeof CONTROL,
  { acc: T }
>;

/**
 * acc = acc + a * b modulo 2^32; minus with `subtract`, `value` instead with `load`, unchanged with `hold`. a and b pass the
 * chosen registers first; value, load, hold and subtract do not. Unknown until the first load.
 */
export function sbMac16Accumulate(
  options: AccumulateOptions & { readonly signed: true },
): Accumulator<SIntType>;
export function sbMac16Accumulate(
  options: AccumulateOptions & { readonly signed: false },
): Accumulator<UIntType>;
export function sbMac16Accumulate(options: AccumulateOptions): Accumulator<SIntType> | Accumulator<UIntType> {
  const { signed, inputRegister = false, pipelineRegister = false } = options;
  const name = `sb_mac16_accumulate_${flags({ signed, in: inputRegister, pipe: pipelineRegister })}`;
  const cell = cellFor({
    name,
    parameters: {
      ...operandParameters(options),
      ...pipelineParameters(options),
      ...{ TOPOUTPUT_SELECT: 1, TOPADDSUB_LOWERINPUT: 2, TOPADDSUB_UPPERINPUT: 0, TOPADDSUB_CARRYSELECT: 2 },
      ...{ BOTOUTPUT_SELECT: 1, BOTADDSUB_LOWERINPUT: 2, BOTADDSUB_UPPERINPUT: 0, BOTADDSUB_CARRYSELECT: 0 },
    },
    twin: (pins, m) => {
      const { acc } = m.regs({ acc: uint(32) }, { reset: false });
      const product = productOf(pins, m, options);
      const next = pins.ADDSUBTOP.mux(acc.sub(product).wrap(32).asUint(), acc.add(product).wrap(32));
      m.when(pins.OHOLDTOP.not(), () => {
        acc.next = pins.OLOADTOP.mux(cat(pins.C, pins.D), next);
      });
      return acc;
    },
  });
  const accumulate = (
    A: UInt,
    B: UInt,
    value: UInt,
    { load, hold, subtract }: SignalOf<typeof CONTROL>,
  ): UInt =>
    cell('mac16', {
      ...IDLE,
      ...{ A, B, C: value.bits(31, 16), D: value.bits(15, 0) },
      ...{ OLOADTOP: load, OLOADBOT: load, OHOLDTOP: hold, OHOLDBOT: hold },
      ...{ ADDSUBTOP: subtract, ADDSUBBOT: subtract },
    }).O;
  return signed
    ? component(
        name,
        { in: { a: sint(16), b: sint(16), value: sint(32), ...CONTROL }, out: { acc: sint(32) } },
        ({ a, b, value, ...control }) => ({
          acc: accumulate(a.asUint(), b.asUint(), value.asUint(), control).asSint(),
        }),
      )
    : component(
        name,
        { in: { a: uint(16), b: uint(16), value: uint(32), ...CONTROL }, out: { acc: uint(32) } },
        ({ a, b, value, ...control }) => ({ acc: accumulate(a, b, value, control) }),
      );
}

type MultiplyAdd<T extends UIntType | SIntType> = Component<{ a: T; b: T; c: T }, { sum: T }>;

/** sum = c + a * b (or minus) modulo 2^32, behind an output register: one cycle, two with `inputRegister`. */
export function sbMac16MultiplyAdd(options: AddOptions & { readonly signed: true }): MultiplyAdd<SIntType>;
export function sbMac16MultiplyAdd(options: AddOptions & { readonly signed: false }): MultiplyAdd<UIntType>;
export function sbMac16MultiplyAdd(options: AddOptions): MultiplyAdd<SIntType> | MultiplyAdd<UIntType> {
  const { signed, inputRegister = false, subtract = false } = options;
  const name = `sb_mac16_multiply_${subtract ? 'subtract' : 'add'}_${flags({ signed, in: inputRegister })}`;
  const latency = 1 + Number(inputRegister);
  const cell = cellFor({
    name,
    latency,
    parameters: {
      ...operandParameters(options),
      ...{ C_REG: Number(inputRegister), D_REG: Number(inputRegister) },
      ...{ TOPOUTPUT_SELECT: 1, TOPADDSUB_LOWERINPUT: 2, TOPADDSUB_UPPERINPUT: 1, TOPADDSUB_CARRYSELECT: 2 },
      ...{ BOTOUTPUT_SELECT: 1, BOTADDSUB_LOWERINPUT: 2, BOTADDSUB_UPPERINPUT: 1, BOTADDSUB_CARRYSELECT: 0 },
    },
    twin: (pins, m) => {
      const c = staged(m, inputRegister, 'c_taken', cat(pins.C, pins.D));
      const product = productOf(pins, m, options);
      return m.pipe('sum', subtract ? c.sub(product).wrap(32).asUint() : c.add(product).wrap(32));
    },
  });
  const sumOf = (A: UInt, B: UInt, c: UInt): UInt => {
    const sign = { ADDSUBTOP: Number(subtract), ADDSUBBOT: Number(subtract) };
    return cell('mac16', { ...IDLE, ...sign, A, B, C: c.bits(31, 16), D: c.bits(15, 0) }).O;
  };
  return signed
    ? component(
        name,
        { in: { a: sint(16), b: sint(16), c: sint(32) }, out: { sum: sint(32) }, latency },
        ({ a, b, c }) => ({ sum: sumOf(a.asUint(), b.asUint(), c.asUint()).asSint() }),
      )
    : component(
        name,
        { in: { a: uint(16), b: uint(16), c: uint(32) }, out: { sum: uint(32) }, latency },
        ({ a, b, c }) => ({ sum: sumOf(a, b, c) }),
      );
}

interface Pair<T> {
  readonly low: T;
  readonly high: T;
}
type DualMultiplier<T extends UIntType | SIntType> = Component<
  { a: { low: T; high: T }; b: { low: T; high: T } },
  { product: { low: T; high: T } }
>;

/** Two exact products of 8 by 8 bits in one cell: product.low = a.low * b.low, and high. */
export function sbMac16DualProduct(
  options: DualOptions & { readonly signed: true },
): DualMultiplier<SIntType>;
export function sbMac16DualProduct(
  options: DualOptions & { readonly signed: false },
): DualMultiplier<UIntType>;
export function sbMac16DualProduct(
  options: DualOptions,
): DualMultiplier<SIntType> | DualMultiplier<UIntType> {
  const { signed, inputRegister = false, outputRegister = false } = options;
  const name = `sb_mac16_dual_product_${flags({ signed, in: inputRegister, out: outputRegister })}`;
  const latency = Number(inputRegister) + Number(outputRegister);
  const cell = cellFor({
    name,
    latency,
    parameters: {
      ...operandParameters(options),
      ...{ MODE_8x8: 1, TOP_8x8_MULT_REG: Number(outputRegister), BOT_8x8_MULT_REG: Number(outputRegister) },
      ...{ TOPOUTPUT_SELECT: 2, BOTOUTPUT_SELECT: 2 },
    },
    twin: ({ A, B }, m) => {
      const a = staged(m, inputRegister, 'a_taken', A);
      const b = staged(m, inputRegister, 'b_taken', B);
      const top = multiply(a.bits(15, 8), b.bits(15, 8), signed);
      const bottom = multiply(a.bits(7, 0), b.bits(7, 0), signed);
      return staged(m, outputRegister, 'products', cat(top, bottom));
    },
  });
  const products = (a: Pair<UInt | SInt>, b: Pair<UInt | SInt>): Pair<UInt> => {
    const { O } = cell('mac16', { ...IDLE, A: cat(a.high, a.low), B: cat(b.high, b.low) });
    return { low: O.bits(15, 0), high: O.bits(31, 16) };
  };
  const twice = <T extends UIntType | SIntType>(type: T): { low: T; high: T } => ({ low: type, high: type });
  return signed
    ? component(
        name,
        { in: { a: twice(sint(8)), b: twice(sint(8)) }, out: { product: twice(sint(16)) }, latency },
        ({ a, b }) => {
          const { low, high } = products(a, b);
          return { product: { low: low.asSint(), high: high.asSint() } };
        },
      )
    : component(
        name,
        { in: { a: twice(uint(8)), b: twice(uint(8)) }, out: { product: twice(uint(16)) }, latency },
        ({ a, b }) => ({ product: products(a, b) }),
      );
}
