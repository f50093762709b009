/** Activations: one bank per tap, one word of all lanes per address. Block RAM, or the single-port RAM of iCE40 UltraPlus. */

import { array, bit, cat, component, external, uint, type UInt } from '../../../hdl/index.js';
import type { ArrayConfig } from '../config.js';
import { activationWord } from './shapes.js';

/** One write port: the bank's one-hot enable, and one enable per lane. */
export const writePort = (config: ArrayConfig) => ({
  banks: array(config.taps, bit),
  address: uint(config.widths.address),
  data: activationWord(config),
  lanes: array(config.geometry.lanes, bit),
});

export const activationMemory = (config: ArrayConfig) => {
  const word = activationWord(config);
  const face = {
    in: { address: array(config.taps, uint(config.widths.address)), write: writePort(config) },
    out: { words: array(config.taps, word) },
  } as const;
  return component('activation_memory', face, ({ address, write }, m) => {
    if (config.options.activationMemory === 'spram') {
      const [read, enable] = [address[0], write.banks[0]];
      if (read === undefined || enable === undefined) throw new RangeError('single-port memory has one bank');
      const word = spramWord(config, {
        read,
        enable,
        address: write.address,
        data: write.data,
        lanes: write.lanes,
      });
      return { words: [config.options.memoryRegister ? m.pipe('word_q', word) : word] };
    }
    const words = address.map((read, bank) => {
      const memory = m.memory(`bank_${bank}`, {
        word,
        depth: config.activationDepth,
        readDuringWrite: 'any',
        outOfRange: 'any',
      });
      const enable = write.banks[bank];
      if (enable !== undefined) memory.write(write.address, write.data, { enable, mask: write.lanes });
      return memory.read(read);
    });
    return { words: config.options.memoryRegister ? m.pipe('word_q', words) : words };
  });
};

export const spramDepth = 16384;
const spramBits = 16;

/** SPRAM blocks needed for words of so many bits. */
export const spramBlocks = (wordBits: number): number => Math.ceil(wordBits / spramBits);

interface SpramAccess {
  readonly read: UInt;
  readonly enable: UInt;
  readonly address: UInt;
  readonly data: readonly UInt[];
  readonly lanes: readonly UInt[];
}

/** Blocks side by side. Lanes of 4, 8 or 16 bits line up with the cell's write enables of 4 bits. */
const spramWord = (
  config: ArrayConfig,
  { read, enable, address, data, lanes }: SpramAccess,
): readonly UInt[] => {
  const laneBits = spramLaneBits(config.widths.activation);
  const perBlock = spramBits / laneBits;
  const blocks = Math.ceil(config.geometry.lanes / perBlock);
  const pattern: UInt[] = [];
  for (let block = 0; block < blocks; block++) {
    const slot = (index: number): UInt => {
      const lane = data[block * perBlock + index];
      return lane === undefined ? enable.and(0).mux(enable, 0).wrap(1) : lane;
    };
    const parts = Array.from({ length: perBlock }, (_, index) => padTo(slot(index), laneBits));
    const masks = Array.from({ length: 4 }, (_, nibble) => {
      const lane = lanes[block * perBlock + Math.floor((nibble * 4) / laneBits)];
      return lane ?? enable;
    });
    const [top, ...rest] = [...parts].reverse();
    const [topMask, ...restMasks] = [...masks].reverse();
    if (top === undefined || topMask === undefined) throw new RangeError('a block has lanes');
    const { DATAOUT } = spram(`spram_${block}`, {
      ADDRESS: enable.mux(address, read),
      DATAIN: cat(top, ...rest),
      MASKWREN: cat(topMask, ...restMasks),
      WREN: enable,
      CHIPSELECT: 1,
      STANDBY: 0,
      SLEEP: 0,
      POWEROFF: 1,
    });
    for (let index = 0; index < perBlock && pattern.length < config.geometry.lanes; index++) {
      pattern.push(DATAOUT.bits(index * laneBits + config.widths.activation - 1, index * laneBits));
    }
  }
  return pattern;
};

/** Bits that one lane takes in an SPRAM word. */
export const spramLaneBits = (activationBits: number): number =>
  activationBits <= 4 ? 4 : activationBits <= 8 ? 8 : 16;

const padTo = (value: UInt, width: number): UInt => value.toSint().wrap(width).asUint();

const spramPorts = {
  in: {
    ADDRESS: uint(14),
    DATAIN: uint(16),
    MASKWREN: uint(4),
    WREN: bit,
    CHIPSELECT: bit,
    STANDBY: bit,
    SLEEP: bit,
    POWEROFF: bit,
  },
  out: { DATAOUT: uint(16) },
} as const;

/** Lattice iCE40 UltraPlus single-port RAM: 16384 x 16, four write enables of 4 bits; POWEROFF is active low. */
const spramTwin = component('sb_spram256ka_twin', spramPorts, (ports, m) => {
  const { ADDRESS, DATAIN, MASKWREN, WREN, CHIPSELECT, STANDBY, SLEEP, POWEROFF } = ports;
  const active = CHIPSELECT.and(STANDBY.not()).and(SLEEP.not()).and(POWEROFF);
  const memory = m.memory('words', { word: array(4, uint(4)), depth: spramDepth, readDuringWrite: 'never' });
  const nibbles = Array.from({ length: 4 }, (_, index) => DATAIN.bits(4 * index + 3, 4 * index));
  const mask = Array.from({ length: 4 }, (_, index) => MASKWREN.bit(index));
  memory.write(ADDRESS, nibbles, { enable: WREN.and(active), mask });
  const [low, second, third, high] = memory.read(ADDRESS, WREN.not().and(active));
  if (low === undefined || second === undefined || third === undefined || high === undefined)
    throw new RangeError('a word has four nibbles');
  return { DATAOUT: cat(high, third, second, low) };
});

const spram = external('SB_SPRAM256KA', { ...spramPorts, clockPort: 'CLOCK', twin: spramTwin });
