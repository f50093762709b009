/** Products looked up in a table of both codes (approximate multipliers): one engine per table and kind of operands. */

import { createHash } from 'node:crypto';
import { tableDot } from '../../../units/index.js';
import { tensorOf, type ConvLayer, type IntegerNetwork } from '../../../nn/index.js';
import type { CodedWeights, Engine, EngineUnit } from './engine.js';

/** A product table: entry act code * 2^weightBits + weight code. */
export interface ProductTable {
  readonly table: readonly number[];
  readonly actBits: number;
  readonly weightBits: number;
}

/** Greatest sum of both operands' bits. */
export const greatestTableBits = 20;

/** The table of a layer. Two layers with equal tables share an engine. */
export const productTableOf = (network: IntegerNetwork, layer: ConvLayer): ProductTable | undefined =>
  layer.product === 'exact'
    ? undefined
    : {
        table: layer.product.table,
        actBits: tensorOf(network, layer.input, `layer ${layer.name}`).bits,
        weightBits: layer.weightBits,
      };

/** Says which table it is: two tables have one name only when they are equal. */
export const tableName = ({ table, actBits, weightBits }: ProductTable): string =>
  `table_${actBits}x${weightBits}_${createHash('sha256').update(table.join()).digest('hex').slice(0, 12)}`;

export interface TableEngineParams extends Pick<Engine, 'name' | 'operands' | 'products'> {
  readonly product: ProductTable;
}

export const tableEngine = ({ name, operands, products, product }: TableEngineParams): Engine => {
  const { table, weightBits } = product;
  const gated = needsGate(product);
  return {
    name,
    kind: 'table',
    operands,
    products,
    codeWidth: weightBits + (gated ? 1 : 0),
    encode: (layer) => codedWeights(layer, product, gated),
    greatestTerm: () => table.reduce((most, entry) => maxOf(most, BigInt(Math.abs(entry))), 0n),
    unit: tableUnit(product, products, gated),
  };
};

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * Places without a weight look up weight code 0. Where that product depends on the activation, a bit more per weight says
 * that there is one; without it the activation counts as 0.
 */
const needsGate = ({ table, actBits, weightBits }: ProductTable): boolean =>
  Array.from({ length: 2 ** actBits }, (_, act) => act).some(
    (act) => table[act * 2 ** weightBits] !== table[0],
  );

const codedWeights = (
  layer: ConvLayer,
  { table, actBits, weightBits }: ProductTable,
  gated: boolean,
): CodedWeights => {
  const size = 2 ** weightBits;
  const ranges = Array.from({ length: size }, (_, code) => {
    const column = Array.from({ length: 2 ** actBits }, (__, act) => table[act * size + code] ?? 0);
    return {
      lo: column.reduce((a, b) => Math.min(a, b)),
      hi: column.reduce((a, b) => Math.max(a, b)),
    };
  });
  const codes = Array.from(layer.weights, (weight) => (weight < 0 ? weight + size : weight));
  return {
    planes: [codes.map((code) => (gated ? code + size : code))],
    lo: codes.map((code) => ranges[code]?.lo ?? 0),
    hi: codes.map((code) => ranges[code]?.hi ?? 0),
    missing: codes.map(() => 0),
    idle: table[0] ?? 0,
  };
};

const tableUnit = (product: ProductTable, products: number, gated: boolean): EngineUnit => {
  const { table, actBits, weightBits } = product;
  const { component, latencyCycles } = tableDot({
    products,
    actWidth: actBits,
    weightWidth: weightBits,
    multiplier: { kind: 'table', table },
  });
  return {
    latencyCycles,
    weightLeadCycles: 0,
    column: (instance, act, codes) =>
      component(instance, {
        act: act.map((value, index) => {
          const code = value.wrap(actBits).asUint();
          return gated ? (codes[index]?.bit(weightBits).mux(code, 0) ?? code) : code;
        }),
        weight: codes.map((code) => code.wrap(weightBits)),
      }).sum,
  };
};
