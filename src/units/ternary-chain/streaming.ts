/** A ternary PE of an output-stationary array. */
import { bit, sint, type ModuleBuilder, type SInt } from '../../hdl/index.js';
import { fusedRow, bitOf } from '../fused-row/ecp5.js';
import { gatedRegister } from '../fused-row/gated-register.js';
import type { StreamingInputs, StreamingPe } from '../mac-array/kind.js';
import { tritCodes } from '../ternary-dot/kind.js';

/**
 * A LUT a bit to complement the activation, a register that is held at 0 where the weight is, an adder row. The neighbour's sum
 * enters the adder's own LUTs. Codes: bit 0 = weight is 0, bit 1 = negative; a product of -1 is short by one.
 */
export const ternaryStreaming = (target: 'ice40' | 'ecp5'): StreamingPe => ({
  weightWidth: 2,
  encode: (weight) => {
    tritCodes([weight]);
    return weight === 0n ? 1n : weight < 0n ? 2n : 0n;
  },
  correction: (weight) => (weight < 0n ? 1n : 0n),
  latencyCycles: 2,
  accumulator: ({ act, weight, clear, above, accWidth }, name, m) => {
    const term = gatedRegister(m, `${name}_term`, weight.bit(1).mux(act.not(), act), weight.bit(0));
    const { [`${name}_acc`]: acc } = m.regs({ [`${name}_acc`]: sint(accWidth) }, { reset: false });
    if (acc === undefined) throw new RangeError(`no accumulator ${name}`);
    const next = (target === 'ice40' ? inferredSum : fusedSum)(m, name, acc, term, above);
    m.when(clear, () => {
      acc.next = 0;
    }).otherwise(() => {
      acc.next = next;
    });
    return acc;
  },
});

type Above = StreamingInputs['above'];

/** Yosys puts the exclusive or into the adder's LUTs. */
const inferredSum = (_m: ModuleBuilder, _name: string, acc: SInt, term: SInt, above: Above): SInt => {
  const sum = acc.add(term).wrap(acc.width);
  return above === undefined ? sum : sum.xor(above);
};

const fusedSum = (m: ModuleBuilder, name: string, acc: SInt, term: SInt, above: Above): SInt =>
  fusedRow(m, `${name}_row`, acc.width, term, (index) => ({
    b: bitOf(acc, index),
    c: above === undefined ? m.constant(bit, 0) : bitOf(above, index),
    d: m.constant(bit, 1),
  }));
