import type { ConvLayer, IntegerTensor, Product } from '../ir.js';
import type { Random } from '../../num/index.js';
import { storageRange } from '../ranges.js';
import { pick } from './pick.js';

/** Kinds of weights and products that networks draw from. */
export const families = ['int', 'ternary', 'powerOfTwo', 'pvq', 'table'] as const;
export type Family = (typeof families)[number];

type Weights = Pick<ConvLayer, 'weights' | 'weightBits' | 'weightFormat' | 'product'>;

/** Widest address of a drawn product table. */
const TABLE_BITS = 8;

/** Weights of one family. Tables need an input without zero point and of few bits; else the weights are plain integers. */
export function randomWeights(
  random: Random,
  allowed: readonly Family[],
  count: number,
  input: IntegerTensor,
): Weights {
  const fits = allowed.filter(
    (family) => family !== 'table' || (input.zeroPoint === 0 && input.bits + 2 <= TABLE_BITS),
  );
  const family = fits.length === 0 ? 'int' : pick(random, fits);
  if (family === 'table') {
    const weightBits = random.integer(2, TABLE_BITS - input.bits);
    const product = randomTable(random, input, weightBits);
    return { ...plainInts(random, count, weightBits), product };
  }
  if (family === 'int') return plainInts(random, count, random.integer(2, 8));
  return { ...familyWeights(random, family, count), weightFormat: family, product: 'exact' };
}

/** Uniform, with extra zeros sometimes and the extremes always possible. */
function plainInts(random: Random, count: number, weightBits: number): Weights {
  const { lo, hi } = storageRange({ bits: weightBits, signed: true });
  const weights = drawn(random, count, () => random.integer(lo, hi));
  return { weights, weightBits, weightFormat: 'int', product: 'exact' };
}

function drawn(random: Random, count: number, draw: () => number): Int16Array {
  const sparsity = random.chance(0.3) ? 0.5 : 0;
  return Int16Array.from({ length: count }, () => (random.chance(sparsity) ? 0 : draw()));
}

function familyWeights(
  random: Random,
  family: Exclude<Family, 'int' | 'table'>,
  count: number,
): Pick<ConvLayer, 'weights' | 'weightBits'> {
  if (family === 'ternary')
    return { weights: drawn(random, count, () => random.integer(-1, 1)), weightBits: 2 };
  if (family === 'powerOfTwo') {
    const most = random.integer(0, 7);
    const sign = (): number => (random.chance(0.5) ? 1 : -1);
    const weights = drawn(random, count, () => sign() * 2 ** random.integer(0, most));
    return { weights, weightBits: most + 2 };
  }
  // Pyramid vectors are mostly 0 and ±1.
  const weightBits = random.integer(2, 5);
  const { lo, hi } = storageRange({ bits: weightBits, signed: true });
  const weights = drawn(random, count, () =>
    random.chance(0.8) ? random.integer(-1, 1) : random.integer(lo, hi),
  );
  return { weights, weightBits };
}

/** Products that are nearly right, or anything. */
function randomTable(random: Random, { bits, signed }: IntegerTensor, weightBits: number): Product {
  const value = (code: number, width: number, isSigned: boolean): number =>
    isSigned && code >= 2 ** (width - 1) ? code - 2 ** width : code;
  const anything = random.chance(0.3);
  const error = random.chance(0.5) ? 0 : 2;
  const table = Array.from({ length: 2 ** (bits + weightBits) }, (_, index) => {
    if (anything) return random.integer(-40, 40);
    const act = value(Math.floor(index / 2 ** weightBits), bits, signed);
    const weight = value(index % 2 ** weightBits, weightBits, true);
    return weight === 0 ? 0 : act * weight + random.integer(-error, error);
  });
  return { table, hash: `random ${table.length}` };
}
