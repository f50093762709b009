/** MULT18X18D: the multiplier of ECP5, without cascades; its resets are tied off. */
import {
  bit,
  component,
  external,
  sint,
  uint,
  type Component,
  type ModuleBuilder,
  type SIntType,
  type UInt,
  type UIntType,
} from '../hdl/index.js';
import { flags, multiply } from './arithmetic.js';
import { fromPins, pins, toPins } from './pins.js';

interface Mult18Options {
  /** Of both operands. */
  readonly signed: boolean;
  /** A register behind each operand; default false. */
  readonly inputRegister?: boolean;
  /** A register inside the multiplier; default false. */
  readonly pipelineRegister?: boolean;
  /** A register behind the product; default false. */
  readonly outputRegister?: boolean;
}
type Multiplier<T extends UIntType | SIntType> = Component<{ a: T; b: T }, { product: T }>;

const PINS = {
  in: {
    ...pins('A', 18),
    ...pins('B', 18),
    ...{ SIGNEDA: bit, SIGNEDB: bit, SOURCEA: bit, SOURCEB: bit, CE0: bit, RST0: bit },
  },
  out: pins('P', 36),
};

/** product = a * b, 18 by 18 bits, exact, after as many cycles as there are registers. */
export function mult18x18d(options: Mult18Options & { readonly signed: true }): Multiplier<SIntType>;
export function mult18x18d(options: Mult18Options & { readonly signed: false }): Multiplier<UIntType>;
export function mult18x18d(options: Mult18Options): Multiplier<SIntType> | Multiplier<UIntType> {
  const { signed, inputRegister = false, pipelineRegister = false, outputRegister = false } = options;
  const name = `mult18x18d_${flags({ signed, in: inputRegister, pipe: pipelineRegister, out: outputRegister })}`;
  const latency = Number(inputRegister) + Number(pipelineRegister) + Number(outputRegister);
  const cell = cellFor(name, latency, { signed, inputRegister, pipelineRegister, outputRegister });
  const product = (a: UInt, b: UInt): UInt => {
    const sign = { SIGNEDA: Number(signed), SIGNEDB: Number(signed) };
    const fixed = { SOURCEA: 0, SOURCEB: 0, CE0: 1, RST0: 0 };
    return fromPins(cell('mult18', { ...toPins('A', a), ...toPins('B', b), ...sign, ...fixed }), 'P', 36);
  };
  return signed
    ? component(
        name,
        { in: { a: sint(18), b: sint(18) }, out: { product: sint(36) }, latency },
        ({ a, b }) => ({
          product: product(a.asUint(), b.asUint()).asSint(),
        }),
      )
    : component(
        name,
        { in: { a: uint(18), b: uint(18) }, out: { product: uint(36) }, latency },
        ({ a, b }) => ({
          product: product(a, b),
        }),
      );
}

const cellFor = (
  name: string,
  latency: number,
  { signed, inputRegister, pipelineRegister, outputRegister }: Required<Mult18Options>,
) => {
  const clock = (present: boolean): string => (present ? '"CLK0"' : '"NONE"');
  const stage = (m: ModuleBuilder, present: boolean, reg: string, signal: UInt): UInt =>
    present ? m.pipe(reg, signal, { powerUp: 0 }) : signal;
  return external('MULT18X18D', {
    ...PINS,
    ...(latency === 0 ? {} : { clockPort: 'CLK0' }),
    latency,
    parameters: {
      REG_INPUTA_CLK: clock(inputRegister),
      REG_INPUTB_CLK: clock(inputRegister),
      REG_PIPELINE_CLK: clock(pipelineRegister),
      REG_OUTPUT_CLK: clock(outputRegister),
    },
    twin: component(`${name}_twin`, PINS, (inputs, m) => {
      m.unused(inputs);
      const a = stage(m, inputRegister, 'a_taken', fromPins(inputs, 'A', 18));
      const b = stage(m, inputRegister, 'b_taken', fromPins(inputs, 'B', 18));
      const piped = stage(m, pipelineRegister, 'piped', multiply(a, b, signed));
      return toPins('P', stage(m, outputRegister, 'product', piped));
    }),
  });
};
