/** What a memory holds when it starts. */
import { typeRange } from '../num/index.js';
import { fail } from './diagnostics.js';
import type { Memory } from './ir.js';
import { zipLeaves, type ScalarShape, type Shape } from './types.js';

export type Values = readonly (number | bigint)[] | Int8Array | Uint8Array | Int16Array | Int32Array;

/** The value of one word: integers (of a fixed-point field, the stored ones) in the shape of the word. */
export type WordValue<S> = S extends ScalarShape
  ? number | bigint
  : S extends readonly (infer E)[]
    ? readonly WordValue<E>[]
    : { readonly [K in keyof S]: WordValue<S[K]> };

/** Per field in flattened order, `init[field][address]`, or the word at each address. */
export type InitialContents<S extends Shape> = readonly Values[] | ((address: number) => WordValue<S>);

interface Described {
  readonly name: string;
  readonly depth: number;
  readonly word: Shape;
  readonly fields: Memory['fields'];
}

/** @throws HDL019 when there are too many values, or one does not fit its field. */
export function initialContents<S extends Shape>(
  memory: Described,
  init: InitialContents<S>,
): readonly Values[] {
  const values = typeof init === 'function' ? tabulate(memory, init) : init;
  checkContents(memory, values);
  return values;
}

function tabulate<S extends Shape>(
  { name, depth, word, fields }: Described,
  init: (address: number) => WordValue<S>,
): readonly Values[] {
  const columns = fields.map((): (number | bigint)[] => []);
  for (let address = 0; address < depth; address++) {
    zipLeaves(word, init(address), '').forEach(({ driver }, field) => {
      if (typeof driver !== 'bigint' && !Number.isInteger(driver)) notAnInteger(name, address, driver);
      columns[field]?.push(typeof driver === 'bigint' ? driver : Number(driver));
    });
  }
  return columns;
}

function notAnInteger(name: string, address: number, value: unknown): never {
  return fail('HDL019', `word ${address} of ${name} starts as ${String(value)}`, 'give an integer per field');
}

function checkContents({ name, depth, fields }: Described, init: readonly Values[]): void {
  if (init.length !== fields.length) {
    fail(
      'HDL019',
      `memory ${name} has ${fields.length} fields and initial values for ${init.length}`,
      'give one array per field',
    );
  }
  fields.forEach(({ name: field, type }, index) => {
    const values = init[index] ?? [];
    if (values.length > depth)
      fail(
        'HDL019',
        `memory ${name} has ${depth} words and ${values.length} initial values`,
        'make it deeper',
      );
    const { lo, hi } = typeRange(type.signed, type.width);
    const [low, high] = [Number(lo), Number(hi)];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (typeof value === 'number' && !Number.isInteger(value)) notAnInteger(name, i, value);
      if (value < low || value > high || (typeof value === 'bigint' && (value < lo || value > hi))) {
        fail(
          'HDL019',
          `word ${i} of ${name}${field === '' ? '' : `.${field}`} starts as ${value}, outside ${lo}..${hi}`,
          'widen the field or fix the value',
        );
      }
    }
  });
}

/** The values of a scalar word cut into `count` lanes of `width` bits, the lowest first. */
export function inLanes(values: Values, count: number, width: number): readonly Values[] {
  return Array.from({ length: count }, (_, lane) =>
    Array.from(values, (value) => BigInt.asUintN(width, BigInt(value) >> BigInt(lane * width))),
  );
}
