/** CCU2C: two bits of an ECP5 carry chain, each a LUT4 with a carry. */
import { bit, cat, component, external, uint, type ModuleBuilder, type UInt } from '../hdl/index.js';
import { requireInteger } from './errors.js';

interface Ccu2cOptions {
  /** Truth tables of the two LUT4s, 16 bits each; input A is the lowest bit of the index. */
  readonly init0: number;
  readonly init1: number;
  /** The carry into a bit takes part in its sum, and its LUT in the next carry; default true. */
  readonly inject0?: boolean;
  readonly inject1?: boolean;
}

const CELL = 'CCU2C';
const PINS = {
  in: { CIN: bit, A0: bit, B0: bit, C0: bit, D0: bit, A1: bit, B1: bit, C1: bit, D1: bit },
  out: { S0: bit, S1: bit, COUT: bit },
};

/** The cell under its own pin names; combinational. @throws CellSettingError */
export const ccu2c = ({ init0, init1, inject0 = true, inject1 = true }: Ccu2cOptions) => {
  requireInteger(CELL, 'init0', init0, 0, 0xffff);
  requireInteger(CELL, 'init1', init1, 0, 0xffff);
  const hex = (init: number): string => init.toString(16).padStart(4, '0');
  // In the vendor's words, "YES" injects a constant in the place of the carry.
  const constant = (inject: boolean): string => (inject ? '"NO"' : '"YES"');
  return external(CELL, {
    ...PINS,
    parameters: {
      INIT0: `16'h${hex(init0)}`,
      INIT1: `16'h${hex(init1)}`,
      INJECT1_0: constant(inject0),
      INJECT1_1: constant(inject1),
    },
    twin: component(
      `ccu2c_${hex(init0)}_${hex(init1)}_${Number(inject0)}${Number(inject1)}_twin`,
      PINS,
      ({ CIN, A0, B0, C0, D0, A1, B1, C1, D1 }, m) => {
        const first = carryBit(m, { init: init0, inject: inject0, carry: CIN, inputs: [A0, B0, C0, D0] });
        const second = carryBit(m, {
          init: init1,
          inject: inject1,
          carry: first.carry,
          inputs: [A1, B1, C1, D1],
        });
        return { S0: first.sum, S1: second.sum, COUT: second.carry };
      },
    ),
  });
};

interface CarryBit {
  readonly init: number;
  readonly inject: boolean;
  readonly carry: UInt;
  readonly inputs: readonly [a: UInt, b: UInt, c: UInt, d: UInt];
}

/** The LUT4 propagates the carry; where it does not, its lower quarter, addressed by A and B, generates one. */
const carryBit = (m: ModuleBuilder, { init, inject, carry, inputs: [a, b, c, d] }: CarryBit) => {
  const table = m.constant(uint(16), init);
  const propagate = table.shr(cat(d, c, b, a)).bit(0);
  const generate = inject ? table.shr(cat(b, a)).bit(0) : m.constant(bit, 0);
  return { sum: inject ? propagate.xor(carry) : propagate, carry: propagate.mux(carry, generate) };
};
