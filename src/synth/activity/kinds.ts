/** What people call the cells of a mapped netlist. */

/** By the cell's type, iCE40 and ECP5; wide multiplexers choose between the LUTs of a slice. */
const KINDS: readonly (readonly [type: RegExp, kind: string])[] = [
  [/^(SB_LUT4|LUT4|LUT2)$/, 'LUT'],
  [/^(PFUMX|L6MUX21)$/, 'wide multiplexer'],
  [/^(SB_CARRY|CCU2C)$/, 'carry'],
  [/^(SB_DFF.*|TRELLIS_FF)$/, 'register'],
  [/^TRELLIS_DPR16X4$/, 'distributed RAM'],
  [/^(SB_RAM40_4K.*|DP16KD|PDPW16KD)$/, 'block RAM'],
  [/^SB_SPRAM256KA$/, 'single-port RAM'],
  [/^(SB_MAC16|MULT18X18D)$/, 'DSP'],
];

/** Types that are not listed (buffers, clock generators) are kinds of their own. */
export const kindOfCell = (type: string): string =>
  KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? type;
