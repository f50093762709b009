/** SB_SPRAM256KA: the 256 kbit single-port RAM of iCE40 UltraPlus. It has no initial contents; the low-power pins are tied off. */
import { bit, component, external, uint } from '../hdl/index.js';

const PINS = {
  in: {
    ...{ ADDRESS: uint(14), DATAIN: uint(16), MASKWREN: uint(4), WREN: bit, CHIPSELECT: bit },
    ...{ STANDBY: bit, SLEEP: bit, POWEROFF: bit },
  },
  out: { DATAOUT: uint(16) },
};

const twin = component('sb_spram256ka_twin', PINS, (pins, m) => {
  const { ADDRESS, DATAIN, MASKWREN, WREN, CHIPSELECT } = pins;
  m.unused(pins);
  const memory = m.memory('words', { word: uint(16), depth: 16_384, lanes: 4, readDuringWrite: 'any' });
  memory.write(ADDRESS, DATAIN, { enable: CHIPSELECT.and(WREN), mask: MASKWREN });
  return { DATAOUT: memory.read(ADDRESS, CHIPSELECT.and(WREN.not())) };
});

const cell = external('SB_SPRAM256KA', { ...PINS, clockPort: 'CLOCK', twin });

const FACE = {
  in: { select: bit, write: bit, address: uint(14), data: uint(16), writeMask: uint(4) },
  out: { word: uint(16) },
};

/**
 * 16,384 words of 16 bits: while `select` is 1, a cycle writes the nibbles of `writeMask` or reads. `word` is the word read,
 * a cycle later; after a write the cell gives anything (the model: the word read last).
 */
export const sbSpram256ka = () =>
  component('sb_spram256ka', FACE, ({ select, write, address, data, writeMask }) => ({
    word: cell('spram', {
      ...{ ADDRESS: address, DATAIN: data, MASKWREN: writeMask, WREN: write, CHIPSELECT: select },
      ...{ STANDBY: 0, SLEEP: 0, POWEROFF: 1 },
    }).DATAOUT,
  }));
