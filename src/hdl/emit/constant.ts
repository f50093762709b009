/** Sized Verilog constants. */

/** Decimal up to here, hexadecimal above: no tool reads long decimal numbers reliably. */
const decimalWidth = 32;

/** The `width` low bits of `value`, printed signed or unsigned: `8'd251`, `-8'sd5`, `8'sh80`. */
export function constantText(value: bigint, width: number, signed: boolean): string {
  const pattern = BigInt.asUintN(width, value);
  const number = signed ? BigInt.asIntN(width, value) : pattern;
  const mark = signed ? 's' : '';
  if (width === 1) return `1'${mark}b${pattern}`;
  const isMin = signed && number === -(1n << BigInt(width - 1));
  if (width > decimalWidth || isMin) return `${width}'${mark}h${pattern.toString(16)}`;
  return number < 0n ? `-${width}'${mark}d${-number}` : `${width}'${mark}d${number}`;
}

/** `[7:0] ` or nothing for one bit. */
export const rangeText = (width: number): string => (width === 1 ? '' : `[${width - 1}:0] `);

/** `wire signed [7:0] name`. */
export const declaration = (kind: string, signed: boolean, width: number, name: string): string =>
  `${kind} ${signed ? 'signed ' : ''}${rangeText(width)}${name}`;
