/** Instances simulated as lanes of vectors against the same instances one by one. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Design, InputNode, Instance, Node, RegNode, ScalarType, Statement } from '../hdl/index.js';
import { component, uint } from '../hdl/index.js';
import { flatten } from './flatten.js';
import { simulate } from './index.js';
import { findArrays } from './lane-groups.js';
import { BIT, build, operation, OPS, picks, range, valueOf, type Choice } from './testing/random-nodes.js';

const width = fc.oneof(
  fc.constantFrom(1, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64),
  fc.integer({ min: 1, max: 64 }),
);
const type = fc.record({ signed: fc.boolean(), width });
const input = (name: string, of: ScalarType): InputNode => ({
  kind: 'input',
  id: -1,
  name,
  type: of,
  ...range(of),
});
const bitOf = (node: Node): Node => operation('slice', [node], BIT, { high: 0, low: 0 });
const constant = (of: ScalarType, value: bigint): Node => ({
  kind: 'const',
  id: -1,
  type: of,
  lo: value,
  hi: value,
  value,
});

const EMPTY = {
  kind: 'design',
  parameters: {},
  usesClock: true,
  usesReset: true,
  regs: [],
  wires: [],
  labels: [],
  memories: [],
  instances: [],
  statements: [],
} as const;

interface Register {
  readonly type: ScalarType;
  readonly reset: boolean;
  /** always, under the common enable, by the common enable one of two values, under a bit of its own. */
  readonly update: 'always' | 'enabled' | 'chosen' | 'gated';
  readonly from: readonly [number, number, number];
}
const register: fc.Arbitrary<Register> = fc.record({
  type,
  reset: fc.boolean(),
  update: fc.constantFrom('always', 'enabled', 'chosen', 'gated'),
  from: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
});
const choice: fc.Arbitrary<Choice> = fc.record({
  op: fc.constantFrom(...OPS),
  pick: picks,
  width,
  signed: fc.boolean(),
});

/** A processing element: port i has the type of register i, which output i shows. */
function elementOf(registers: readonly Register[], choices: readonly Choice[]): Design {
  const enable = input('enable', BIT);
  const ports = registers.map((reg, i) => input(`p${i}`, reg.type));
  const regs = registers.map((reg, i): RegNode => ({
    kind: 'reg',
    id: -1,
    name: `r${i}`,
    type: reg.type,
    ...range(reg.type),
    ...(reg.reset ? { reset: range(reg.type).hi } : {}),
  }));
  const nodes: Node[] = [enable, ...ports, ...regs];
  for (const item of choices) {
    const built = build(item, nodes);
    nodes.push(
      built.type.width <= 64 ? built : operation('cast', [built], { signed: item.signed, width: item.width }),
    );
  }
  const labels = choices.flatMap((_, i) => {
    const node = nodes[nodes.length - 1 - i];
    return node?.kind === 'op' && i < 2 ? [Object.assign(node, { name: `label${i}` })] : [];
  });
  const pick = (i: number): Node => nodes[i % nodes.length] ?? enable;
  const statements = regs.map((target, i): Statement => {
    const { update, from } = registers[i] ?? { update: 'always', from: [0, 0, 0] };
    const assign = (source: number): Statement => ({
      kind: 'assign',
      target,
      value: operation('cast', [pick(source)], target.type),
    });
    const [a, b, c] = from;
    if (update === 'always') return assign(a);
    const condition = update === 'gated' ? bitOf(pick(c)) : enable;
    return {
      kind: 'when',
      branches: [{ condition, body: [assign(a)] }],
      otherwise: update === 'chosen' ? [assign(b)] : [],
    };
  });
  return {
    ...EMPTY,
    name: 'element',
    ports: [
      ...[enable, ...ports].map((driver) => ({
        name: driver.name,
        direction: 'in' as const,
        type: driver.type,
        driver,
      })),
      ...regs.map((driver, i) => ({ name: `q${i}`, direction: 'out' as const, type: driver.type, driver })),
    ],
    regs,
    labels,
    statements,
  };
}

interface Wiring {
  readonly kind: 'shared' | 'neighbour' | 'inverted' | 'constant' | 'random';
  readonly row: number;
  readonly column: number;
  readonly edge: 'shared' | 'constant' | 'around';
  /** A lane that is wired to another lane instead. */
  readonly odd: readonly [number, number] | undefined;
}
const step = fc.integer({ min: -2, max: 2 });
const wiring: fc.Arbitrary<Wiring> = fc.record({
  kind: fc.constantFrom('neighbour', 'neighbour', 'neighbour', 'shared', 'inverted', 'constant', 'random'),
  row: step,
  column: step,
  edge: fc.constantFrom('shared', 'constant', 'around'),
  odd: fc.option(fc.tuple(fc.nat(99), fc.nat(99)), { nil: undefined, freq: 4 }),
});

/** rows x columns elements; port i of each is driven by output i of another one, by an input or by a constant. */
function gridOf(element: Design, rows: number, columns: number, wirings: readonly Wiring[]): Design {
  const enable = input('enable', BIT);
  const types = wirings.map((_, i) => element.regs[i]?.type ?? BIT);
  const shared = types.map((of, i) => input(`x${i}`, of));
  const count = rows * columns;
  const outputs = Array.from({ length: count }, (_, lane) =>
    Object.fromEntries(
      types.map((of, i) => {
        const port = { instance: `e${lane}`, port: `q${i}` };
        return [`q${i}`, { kind: 'instanceOutput' as const, id: -1, type: of, ...range(of), ...port }];
      }),
    ),
  );
  const driver = (lane: number, i: number): Node => {
    const { kind, row, column, edge, odd } = wirings[i] ?? {
      kind: 'shared',
      row: 0,
      column: 0,
      edge: 'shared',
      odd: undefined,
    };
    const [of, all] = [types[i] ?? BIT, shared[i] ?? enable];
    const output = (from: number): Node => outputs[((from % count) + count) % count]?.[`q${i}`] ?? all;
    const fixed = constant(of, range(of)[lane % 2 === 0 ? 'lo' : 'hi']);
    if (odd !== undefined && odd[0] % count === lane) return output(odd[1]);
    if (kind === 'shared') return all;
    if (kind === 'constant') return fixed;
    if (kind === 'random') return output(lane * 7 + row);
    const [y, x] = [Math.floor(lane / columns) + row, (lane % columns) + column];
    const inside = y >= 0 && y < rows && x >= 0 && x < columns;
    if (!inside && edge !== 'around') return edge === 'shared' ? all : fixed;
    const neighbour = output(y * columns + x);
    return kind === 'inverted' ? operation('not', [neighbour], of) : neighbour;
  };
  const instances = outputs.map((ports, lane): Instance => ({
    name: `e${lane}`,
    design: element,
    inputs: { enable, ...Object.fromEntries(types.map((_, i) => [`p${i}`, driver(lane, i)])) },
    outputs: ports,
  }));
  const shown = [0, count - 1].flatMap((lane) => Object.values(outputs[lane] ?? {}));
  return {
    ...EMPTY,
    name: 'grid',
    ports: [
      ...[enable, ...shared].map((node) => ({
        name: node.name,
        direction: 'in' as const,
        type: node.type,
        driver: node,
      })),
      ...shown.map((node, i) => ({
        name: `y${i}`,
        direction: 'out' as const,
        type: node.type,
        driver: node,
      })),
    ],
    instances,
  };
}

const grid = fc
  .record({
    registers: fc.array(register, { minLength: 1, maxLength: 4 }),
    choices: fc.array(choice, { minLength: 1, maxLength: 12 }),
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 2, max: 7 }),
    wirings: fc.array(wiring, { minLength: 4, maxLength: 4 }),
  })
  .map(({ registers, choices, rows, columns, wirings }) =>
    gridOf(elementOf(registers, choices), rows, columns, wirings.slice(0, registers.length)),
  );

const stimulus = (design: Design): fc.Arbitrary<readonly Readonly<Record<string, bigint>>[]> => {
  const ports = design.ports.filter(({ direction }) => direction === 'in');
  const row = fc.record(Object.fromEntries(ports.map((port) => [port.name, valueOf(port.type)])));
  const withReset = fc
    .tuple(row, fc.integer({ min: 0, max: 7 }))
    .map(([values, r]) => ({ ...values, rst: r === 0 ? 1n : 0n }));
  return fc.array(withReset, { minLength: 1, maxLength: 8 });
};

describe('instances of one Design', () => {
  it('have the same signals as loops of vector instructions as one by one', () => {
    const cases = grid.chain((design) => fc.tuple(fc.constant(design), stimulus(design), fc.nat(1000)));
    fc.assert(
      fc.property(cases, ([design, rows, powerUpSeed]) => {
        const [rolled, unrolled] = (['rolled', 'unrolled'] as const).map((arrays) =>
          simulate(design, { arrays, powerUpSeed }),
        );
        if (rolled === undefined || unrolled === undefined) return;
        const [a, b] = [rolled.probe(), unrolled.probe()];
        for (const row of rows) {
          for (const sim of [rolled, unrolled]) {
            for (const [name, value] of Object.entries(row)) sim.poke(name, value);
            sim.step();
          }
          const expected = b.read();
          const differs = a.read().findIndex((value, i) => value !== expected[i]);
          expect(a.signals[differs]?.name).toBeUndefined();
          expect(rolled.peek('y0')).toBe(unrolled.peek('y0'));
        }
      }),
      { numRuns: 120 },
    );
  });

  it('name the instance whose assertion does not hold', () => {
    const element = component('element', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }, m) => {
      const { held } = m.regs({ held: uint(8) });
      held.next = x;
      m.assert(held.lt(200), 'held is small');
      return { y: held };
    });
    const chain = component('chain', { in: { x: uint(8) }, out: { y: uint(8) } }, ({ x }) => {
      let y = x;
      for (let i = 0; i < 40; i++) y = element(`e${i}`, { x: y }).y;
      return { y };
    });
    const sim = simulate(chain.design, { arrays: 'rolled' });
    sim.poke('x', 201);
    sim.step();
    expect(() => sim.step()).toThrow(expect.objectContaining({ instance: 'e0', cycle: 1 }));
  });

  it('become lanes if there are many', () => {
    const reg = (of: ScalarType): Register => ({ type: of, reset: true, update: 'always', from: [1, 0, 0] });
    const element = elementOf([reg({ signed: true, width: 8 })], []);
    const wires: Wiring = { kind: 'neighbour', row: 0, column: -1, edge: 'shared', odd: undefined };
    const lanes = (rows: number): number[] =>
      findArrays(flatten(gridOf(element, rows, 8, [wires])), undefined).arrays.map(
        ({ instances }) => instances.lanes.length,
      );
    expect(lanes(2)).toEqual([]);
    expect(lanes(20)).toEqual([160]);
  });
});
