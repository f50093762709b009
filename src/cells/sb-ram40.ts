/** SB_RAM40_4K: the block RAM of iCE40, one write port and one read port of equal width on one clock. */
import {
  bit,
  component,
  external,
  uint,
  type Component,
  type ModuleBuilder,
  type UInt,
  type UIntType,
} from '../hdl/index.js';
import { contentParameters, contentSuffix, numbered, type Contents } from './contents.js';
import { joined } from './pins.js';

interface RamOptions {
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
  /** The word at `readAddress`, a cycle later; holds while `readEnable` is 0. */
  readonly word: UIntType;
}
type Port<T> = { readonly [K in keyof T]: T[K] };
type Ram = Component<Port<RamInputs>, Port<RamOutputs>>;
/** `writeMask`: the bits that a write replaces. */
type MaskedRam = Component<Port<RamInputs & { readonly writeMask: UIntType }>, Port<RamOutputs>>;
type Width = 16 | 8 | 4 | 2;

const ROWS = 256;
const CELL = 'SB_RAM40_4K';
const PINS = {
  in: {
    ...{ RCLKE: bit, RE: bit, RADDR: uint(11) },
    ...{ WCLKE: bit, WE: bit, WADDR: uint(11), MASK: uint(16), WDATA: uint(16) },
  },
  out: { RDATA: uint(16) },
};

/**
 * 256 words of 16 bits (with a write mask), 512 of 8, 1024 of 4 or 2048 of 2. Reading the word that is written in the same
 * cycle is an error in simulation. @throws CellSettingError
 */
export function sbRam40(options: RamOptions & { readonly width: 16 }): MaskedRam;
export function sbRam40(options: RamOptions & { readonly width: 8 | 4 | 2 }): Ram;
export function sbRam40({ width, init }: RamOptions & { readonly width: Width }): Ram | MaskedRam {
  const words = (ROWS * 16) / width;
  const addressWidth = Math.log2(words);
  const name = `sb_ram40_${words}x${width}${contentSuffix(init)}`;
  const cell = cellFor(name, width, addressWidth, init);
  const access = (
    m: ModuleBuilder,
    inputs: Readonly<Record<keyof RamInputs, UInt>>,
    MASK: UInt | number,
  ): UInt => {
    const { RDATA } = cell('ram', {
      ...{ RCLKE: 1, RE: inputs.readEnable, RADDR: inputs.readAddress },
      ...{ WCLKE: 1, WE: inputs.writeEnable, WADDR: inputs.writeAddress, MASK },
      WDATA: onPins(m, inputs.data),
    });
    return wordOf(RDATA, width);
  };
  const ports = {
    writeEnable: bit,
    writeAddress: uint(addressWidth),
    data: uint(width),
    readEnable: bit,
    readAddress: uint(addressWidth),
  };
  const out = { word: uint(width) };
  return width === 16
    ? component(name, { in: { ...ports, writeMask: uint(16) }, out }, ({ writeMask, ...inputs }, m) => ({
        word: access(m, inputs, writeMask.not()),
      }))
    : component(name, { in: ports, out }, (inputs, m) => ({ word: access(m, inputs, 0) }));
}

/** The pins of one word's bits: in the narrow modes they are `16 / width` apart, and the first is not pin 0. */
const pinOf = (width: number, index: number): number => {
  const apart = 16 / width;
  return index * apart + Math.max(0, apart / 2 - 1);
};
/** A word on the 16 data pins, the other pins 0. */
const onPins = (m: ModuleBuilder, word: UInt): UInt => {
  const pins = Array.from({ length: 16 }, (): UInt => m.constant(bit, 0));
  for (let index = 0; index < word.width; index++) pins[pinOf(word.width, index)] = word.bit(index);
  return joined(pins);
};
const wordOf = (data: UInt, width: number): UInt =>
  joined(Array.from({ length: width }, (_, index) => data.bit(pinOf(width, index))));

const cellFor = (name: string, width: Width, addressWidth: number, init: Contents | undefined) => {
  const words = 2 ** addressWidth;
  const mode = Math.log2(16 / width);
  // The upper address bits choose among the words that share a row, bit by bit.
  const place = (address: number, index: number): number =>
    16 * (address % ROWS) + (16 / width) * index + Math.floor(address / ROWS);
  const contents =
    init === undefined
      ? {}
      : contentParameters(
          init,
          { cell: CELL, words, width, place },
          { bits: 256, names: numbered('INIT_', 16, 1) },
        );
  return external(CELL, {
    ...PINS,
    clockPort: ['RCLK', 'WCLK'],
    parameters: { WRITE_MODE: mode, READ_MODE: mode, ...contents },
    twin: component(`${name}_twin`, PINS, ({ RCLKE, RE, RADDR, WCLKE, WE, WADDR, MASK, WDATA }, m) => {
      const memory = m.memory('words', {
        word: uint(width),
        depth: words,
        readDuringWrite: 'never',
        ...(width === 16 ? { lanes: 16 } : {}),
        ...(init === undefined ? {} : { init: [init] }),
      });
      m.unused(RCLKE, RADDR, WCLKE, WADDR, MASK, WDATA);
      const low = (address: UInt): UInt => address.bits(addressWidth - 1, 0);
      memory.write(low(WADDR), wordOf(WDATA, width), {
        enable: WE,
        ...(width === 16 ? { mask: MASK.not() } : {}),
      });
      return { RDATA: onPins(m, memory.read(low(RADDR), RE)) };
    }),
  });
};
