/** A TypeScript function of few input bits as a Design: its whole truth table, as shared two-way choices per output bit. */

import {
  cat,
  component,
  sint,
  uint,
  type Design,
  type ModuleBuilder,
  type Port,
  type UInt,
} from '../hdl/index.js';
import { inputsOf, outputsOf } from './harness.js';

/** Values of ports by name. */
export type Values = Readonly<Record<string, bigint>>;
/** Outputs for inputs; undefined: these inputs must not occur. */
export type Model = (inputs: Values) => Values | undefined;

export const careOutput = 'nomul_care';

export const bitsOf = (ports: readonly Port[]): number =>
  ports.reduce((sum, { type }) => sum + type.width, 0);

/** The inputs that an address of the table stands for: the first port in the lowest bits. */
export function valuesAt(ports: readonly Port[], address: number): Values {
  let rest = BigInt(address);
  return Object.fromEntries(
    ports.map(({ name, type: { signed, width } }) => {
      const value = signed ? BigInt.asIntN(width, rest) : BigInt.asUintN(width, rest);
      rest >>= BigInt(width);
      return [name, value];
    }),
  );
}

/**
 * A Design with the ports of `face` whose outputs are those of `model`, each input taken `delays[port]` cycles ago, and an
 * output `nomul_care` that is 1 where the model has a value.
 */
export function tableDesign(face: Design, model: Model, delays: Readonly<Record<string, number>>): Design {
  const [inputs, outputs] = [inputsOf(face), outputsOf(face)];
  const rows = Array.from({ length: 2 ** bitsOf(inputs) }, (_, address) => model(valuesAt(inputs, address)));
  const shape = ({ type: { signed, width } }: Port) => (signed ? sint(width) : uint(width));
  const shapes = (ports: readonly Port[]) =>
    Object.fromEntries(ports.map((port) => [port.name, shape(port)]));
  return component(
    `${face.name}_table`,
    { in: shapes(inputs), out: { ...shapes(outputs), [careOutput]: uint(1) } },
    (signals, m) => {
      const delayed = inputs.flatMap(({ name }) => {
        const signal = signals[name];
        return signal === undefined ? [] : [m.pipe(`${name}_d`, signal, { stages: delays[name] ?? 0 })];
      });
      const [first, ...rest] = [...delayed].reverse();
      const table = new Choices(m, first === undefined ? undefined : cat(first, ...rest));
      const bit = (of: (row: Values | undefined) => bigint): UInt =>
        table.bit(rows.map((row) => (of(row) === 1n ? 1 : 0)));
      const word = ({ name, type: { signed, width } }: Port) => {
        const at = (index: number): UInt => bit((row) => ((row?.[name] ?? 0n) >> BigInt(index)) & 1n);
        const bits = Array.from({ length: width - 1 }, (_, i) => at(width - 2 - i));
        const pattern = cat(at(width - 1), ...bits);
        return signed ? pattern.asSint() : pattern;
      };
      const values = Object.fromEntries(outputs.map((port) => [port.name, word(port)]));
      return { ...values, [careOutput]: bit((row) => (row === undefined ? 0n : 1n)) };
    },
  ).design;
}

/** A decision diagram: one node per different sub-table, shared by all output bits. */
class Choices {
  private readonly nodes: UInt[];
  private readonly known = new Map<string, number>();

  constructor(
    m: ModuleBuilder,
    private readonly address: UInt | undefined,
  ) {
    this.nodes = [m.constant(uint(1), 0), m.constant(uint(1), 1)];
  }

  /** The signal that is `table[address]`. */
  bit(table: readonly number[]): UInt {
    let level = table;
    for (let position = 0; level.length > 1; position++) {
      const next: number[] = [];
      for (let i = 0; i < level.length; i += 2)
        next.push(this.choice(position, level[i] ?? 0, level[i + 1] ?? 0));
      level = next;
    }
    return this.node(level[0] ?? 0);
  }

  private choice(position: number, zero: number, one: number): number {
    if (zero === one) return zero;
    const key = `${position}:${zero}:${one}`;
    const known = this.known.get(key);
    if (known !== undefined || this.address === undefined) return known ?? zero;
    const index = this.nodes.push(this.address.bit(position).mux(this.node(one), this.node(zero))) - 1;
    this.known.set(key, index);
    return index;
  }

  private node(index: number): UInt {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`the table has no node ${index}`);
    return node;
  }
}
