/** DP16KD: the block RAM of ECP5 with port A for writing and port B for reading, of equal width, on one clock. */
import { bit, component, external, uint, type Component, type UInt, type UIntType } from '../hdl/index.js';
import { contentParameters, contentSuffix, numbered, type Contents } from './contents.js';
import { fromPins, pins, toPins } from './pins.js';

interface Dp16kdOptions {
  /** Words from address 0 on; without it the contents are zero. */
  readonly init?: Contents;
}
interface RamInputs {
  readonly writeEnable: UIntType;
  readonly writeAddress: UIntType;
  readonly data: UIntType;
  readonly readEnable: UIntType;
  readonly readAddress: UIntType;
}
interface RamOutputs {
  /** The word at `readAddress`, a cycle later; holds while `readEnable` is 0; 0 at power-up. */
  readonly word: UIntType;
}
type Port<T> = { readonly [K in keyof T]: T[K] };
type Ram = Component<Port<RamInputs>, Port<RamOutputs>>;
/** `writeMask`: the 9-bit halves that a write replaces, the lower one first. */
type MaskedRam = Component<Port<RamInputs & { readonly writeMask: UIntType }>, Port<RamOutputs>>;

const CELL = 'DP16KD';
const PINS = {
  in: {
    ...pins('DIA', 18),
    ...pins('ADA', 14),
    ...pins('CSA', 3),
    ...{ CEA: bit, OCEA: bit, WEA: bit, RSTA: bit },
    ...pins('ADB', 14),
    ...pins('CSB', 3),
    ...{ CEB: bit, OCEB: bit, WEB: bit, RSTB: bit },
  },
  out: pins('DOB', 18),
};
const zeros = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((pin) => [pin, 0]));
/** Both ports enabled, nothing written. */
const IDLE = {
  ...zeros(Object.keys(PINS.in)),
  ...{ CEA: 1, OCEA: 1, WEA: 0, RSTA: 0, CEB: 1, OCEB: 1, WEB: 0, RSTB: 0 },
};

/**
 * 1024 words of 18 bits (with a write mask) or 2048 of 9. Reading the word that is written in the same cycle is an error in
 * simulation. @throws CellSettingError
 */
export function dp16kd(options: Dp16kdOptions & { readonly width: 18 }): MaskedRam;
export function dp16kd(options: Dp16kdOptions & { readonly width: 9 }): Ram;
export function dp16kd({ width, init }: Dp16kdOptions & { readonly width: 18 | 9 }): Ram | MaskedRam {
  const words = (1024 * 18) / width;
  const addressWidth = Math.log2(words);
  const name = `dp16kd_${words}x${width}${contentSuffix(init)}`;
  const cell = cellFor(name, width, init);
  const access = (inputs: Readonly<Record<keyof RamInputs, UInt>>, mask: UInt | undefined): UInt => {
    const { writeEnable, writeAddress, data, readEnable, readAddress } = inputs;
    // Words start at address pin 4 (18 bits) or 3; pins 0 and 1 are the byte enables of 18 bits.
    const lowPins = 14 - addressWidth;
    const start = writeAddress.shl(lowPins);
    return fromPins(
      cell('ram', {
        ...IDLE,
        ...toPins('DIA', data),
        ...toPins('ADA', mask === undefined ? start : start.or(mask)),
        ...toPins('ADB', readAddress.shl(lowPins)),
        ...{ WEA: writeEnable, CEB: readEnable },
      }),
      'DOB',
      width,
    );
  };
  const ports = {
    writeEnable: bit,
    writeAddress: uint(addressWidth),
    data: uint(width),
    readEnable: bit,
    readAddress: uint(addressWidth),
  };
  const out = { word: uint(width) };
  return width === 18
    ? component(name, { in: { ...ports, writeMask: uint(2) }, out }, ({ writeMask, ...inputs }) => ({
        word: access(inputs, writeMask),
      }))
    : component(name, { in: ports, out }, (inputs) => ({ word: access(inputs, undefined) }));
}

const cellFor = (name: string, width: 18 | 9, init: Contents | undefined) => {
  const words = (1024 * 18) / width;
  // A parameter holds 16 words of 18 bits, each in 20 bits.
  const place = (address: number, index: number): number => {
    const at = address * width + index;
    return 20 * Math.floor(at / 18) + (at % 18);
  };
  const contents =
    init === undefined
      ? {}
      : contentParameters(
          init,
          { cell: CELL, words, width, place },
          { bits: 320, names: numbered('INITVAL_', 64, 2) },
        );
  return external(CELL, {
    ...PINS,
    clockPort: ['CLKA', 'CLKB'],
    parameters: {
      ...{ DATA_WIDTH_A: width, DATA_WIDTH_B: width, REGMODE_A: '"NOREG"', REGMODE_B: '"NOREG"' },
      ...{ WRITEMODE_A: '"NORMAL"', WRITEMODE_B: '"NORMAL"', RESETMODE: '"SYNC"', GSR: '"AUTO"' },
      ...contents,
    },
    twin: component(`${name}_twin`, PINS, (inputs, m) => {
      m.unused(inputs);
      const memory = m.memory('words', {
        word: uint(width),
        depth: words,
        readDuringWrite: 'never',
        ...(width === 18 ? { lanes: 2 } : {}),
        ...(init === undefined ? {} : { init: [init] }),
      });
      const address = (prefix: string): UInt => fromPins(inputs, prefix, 14).bits(13, 14 - Math.log2(words));
      memory.write(address('ADA'), fromPins(inputs, 'DIA', width), {
        enable: inputs.WEA,
        ...(width === 18 ? { mask: fromPins(inputs, 'ADA', 2) } : {}),
      });
      const word = memory.read(address('ADB'), inputs.CEB);
      return { ...zeros(Object.keys(PINS.out)), ...toPins('DOB', word) };
    }),
  });
};
