/**
 * From the names in a mapped netlist back to the author's. Yosys names a cell or net that it makes after the nearest
 * named signal: `pe_0.sum_SB_LUT4_O_I3[2]` is an input of the lookup table that drives `pe_0.sum`; nextpnr adds parts
 * that begin with `$`. What is left after removing these is the author's signal, instance path in front.
 */

const CELL_TYPES = [
  'SB_[A-Z0-9]+',
  'LUT4',
  'CCU2C',
  'PFUMX',
  'L6MUX21',
  'TRELLIS_(?:FF|IO|DPR16X4)',
  'DP16KD',
  'PDPW16KD',
  'MULT18X18D',
  'INV',
  'DFF[A-Z]*',
].join('|');
const DERIVED = new RegExp(`_(?:${CELL_TYPES})(?=_[A-Z]|$).*$`);

/** The author's signal that a net or cell of the mapped netlist belongs to; bit index kept where it is the author's. */
export function authorSignal(name: string): string {
  const [base = ''] = name.replace(/^\$glbnet\$/, '').split('$');
  return base.replace(DERIVED, '').replace(/_LC$/, '');
}
