/** Catalogues of multipliers as plain data: what each computes (a table) and what one operation costs. */
import { z } from 'zod';
import { signMagnitudeProduct } from '../../nn/index.js';
import { QuantError } from '../errors.js';

/**
 * `table` holds the products of all codes, entry [activation code][weight code] (two's complement bits of both), as product
 * tables of src/nn have them. `energy` is that of one operation, in a unit that the whole catalogue shares.
 */
const multiplierSchema = z.object({
  name: z.string().min(1),
  actBits: z.int().min(1).max(8),
  actSigned: z.boolean().default(false),
  weightBits: z.int().min(1).max(8),
  table: z.array(
    z
      .int()
      .min(-(2 ** 31) + 1)
      .max(2 ** 31 - 1),
  ),
  area: z.number().nonnegative(),
  energy: z.number().nonnegative(),
  /** What computes the table (docs/fames.md); the hardware that is built from the network checks it. */
  circuit: z.json().exactOptional(),
});
export const catalogueSchema = z.array(multiplierSchema).min(1);

/** A multiplier of `actBits` by `weightBits` (two's complement) and its cost. */
export interface ApproxMultiplier extends Widths {
  readonly name: string;
  readonly table: readonly number[];
  readonly area: number;
  readonly energy: number;
  /** JSON: what computes the table, for whoever builds it. */
  readonly circuit?: unknown;
}

/** Types of the operands of a layer's products. */
export interface Widths {
  readonly actBits: number;
  readonly actSigned: boolean;
  readonly weightBits: number;
}

/** A catalogue from JSON. @throws QuantError QT501 naming the entry */
export function readCatalogue(data: unknown): readonly ApproxMultiplier[] {
  const parsed = catalogueSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new QuantError(
      'QT501',
      `the catalogue is wrong at ${issue?.path.join('.') ?? 'its root'}: ${issue?.message ?? ''}. See docs/fames.md for its form.`,
    );
  }
  parsed.data.forEach(checkSize);
  return parsed.data;
}

function checkSize({ name, actBits, weightBits, table }: ApproxMultiplier): void {
  const needed = 2 ** (actBits + weightBits);
  if (table.length === needed) return;
  throw new QuantError(
    'QT501',
    `multiplier "${name}" has ${table.length} products; ${actBits} by ${weightBits} bits need ${needed}.`,
  );
}

/** The value that a code of `bits` bits stands for. */
const codeValue = (code: number, bits: number, signed: boolean): number =>
  signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;

/** Products of all codes, in the order of product tables. */
export function productsOf(
  { actBits, actSigned, weightBits }: Widths,
  product: (act: number, weight: number) => number,
): readonly number[] {
  const weights = Array.from({ length: 2 ** weightBits }, (_, code) => codeValue(code, weightBits, true));
  return Array.from({ length: 2 ** actBits }, (_, code) => codeValue(code, actBits, actSigned)).flatMap(
    // 0 * -1 is -0, which no integer is.
    (act) => weights.map((weight) => product(act, weight) + 0),
  );
}

export const exactProducts = (widths: Widths): readonly number[] => productsOf(widths, (a, w) => a * w);

/** E = table - exact products, in the table's order. */
export function errorsOf(multiplier: Widths & Pick<ApproxMultiplier, 'table'>): Float64Array {
  const exact = exactProducts(multiplier);
  return Float64Array.from(multiplier.table, (product, i) => product - (exact[i] ?? 0));
}

/**
 * Signed weights on an unsigned multiplier: the product of magnitudes, with the sign of the exact product. `magnitudes` is
 * [activation][|weight|], 2^actBits by 2^magnitudeBits.
 */
export function signMagnitudeTable(
  widths: Widths,
  magnitudes: ArrayLike<number>,
  magnitudeBits: number,
): readonly number[] {
  return productsOf(widths, (act, weight) => signMagnitudeProduct(magnitudes, magnitudeBits, act, weight));
}

const sameWidths = (a: Widths, b: Widths): boolean =>
  a.actBits === b.actBits && a.weightBits === b.weightBits && a.actSigned === b.actSigned;

/** Weight -2^(weightBits-1) aside, which quantizers with symmetric codes never give. */
const isExact = (multiplier: ApproxMultiplier): boolean =>
  errorsOf(multiplier).every(
    (error, entry) => error === 0 || entry % 2 ** multiplier.weightBits === 2 ** (multiplier.weightBits - 1),
  );

/** What one layer can choose from: the cheapest exact multiplier of these widths, and what costs less, by energy. */
export interface Choices {
  readonly exact: ApproxMultiplier;
  readonly approximate: readonly ApproxMultiplier[];
}

/** Members of these widths. @throws QuantError QT501 when none of them is exact: energy then has nothing to refer to */
export function choicesFor(catalogue: readonly ApproxMultiplier[], widths: Widths, layer: string): Choices {
  const members = catalogue
    .filter((multiplier) => sameWidths(multiplier, widths))
    .toSorted((a, b) => a.energy - b.energy);
  members.forEach(checkSize);
  const exact = members.find(isExact);
  if (exact === undefined) {
    const kind = `${widths.actBits}-bit ${widths.actSigned ? 'signed' : 'unsigned'} activations and ${widths.weightBits}-bit weights`;
    throw new QuantError(
      'QT501',
      `the catalogue has no exact multiplier for ${kind} (layer "${layer}"). Add one: energies are relative to it.`,
    );
  }
  return { exact, approximate: distinct(members.filter(({ energy }) => energy < exact.energy)) };
}

/** Of equal tables only the cheapest. */
function distinct(members: readonly ApproxMultiplier[]): readonly ApproxMultiplier[] {
  const known = new Set<string>();
  return members.filter(({ table }) => {
    const text = table.join();
    return !known.has(text) && known.add(text).size > 0;
  });
}
