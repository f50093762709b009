/** Ternary units at small widths, proved in Yosys against their models. */
import { describe, expect, it } from 'vitest';
import { proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import {
  ternaryChain,
  ternaryChainModel,
  ternaryFusedTree,
  ternaryFusedTreeModel,
  tritDecoder,
  unpackTrits,
} from '../../src/units/index.js';

const list = (values: Values, name: string, count: number): readonly bigint[] =>
  Array.from({ length: count }, (_, index) => values[`${name}_${index}`] ?? 0n);
const names = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${index}`);

/** Row i enters i cycles after row 0; codes hold still. */
const chainTask = (rows: number, actWidth: number): ModelTask => {
  const { component, latencyCycles } = ternaryChain({ rows, actWidth });
  return {
    design: component.design,
    latencyCycles: latencyCycles - rows + 1,
    lead: Object.fromEntries(names('act', rows).map((name, row) => [name, rows - 1 - row])),
    stable: names('code', rows),
    model: (v) => ({ sum: ternaryChainModel({ act: list(v, 'act', rows), code: list(v, 'code', rows) }) }),
  };
};

const treeTask = (rows: number, actWidth: number): ModelTask => {
  const { component, latencyCycles } = ternaryFusedTree({ rows, actWidth });
  return {
    design: component.design,
    latencyCycles,
    stable: names('code', rows),
    model: (v) => ({
      sum: ternaryFusedTreeModel({ act: list(v, 'act', rows), code: list(v, 'code', rows) }),
    }),
  };
};

const decoderTask: ModelTask = {
  design: tritDecoder().component.design,
  latencyCycles: 0,
  model: (v) =>
    Object.fromEntries(
      unpackTrits([Number(v['code'] ?? 0n)], 5).map((trit, index) => [
        `trit_${index}`,
        BigInt.asUintN(2, trit),
      ]),
    ),
};

const tasks: Readonly<Record<string, ModelTask>> = {
  'ternaryChain, two rows': chainTask(2, 4),
  'ternaryChain, three rows': chainTask(3, 2),
  'ternaryFusedTree, two rows': treeTask(2, 4),
  'ternaryFusedTree, three rows': treeTask(3, 2),
  tritDecoder: decoderTask,
};

describe('ternary units', () => {
  it('equal their models for every input, in every cycle', async () => {
    const verdicts = await proveAllModels(Object.values(tasks), { timeLimitMs: 120_000 });
    expect(Object.keys(tasks).map((name, index) => [name, verdicts[index]?.verdict])).toEqual(
      Object.keys(tasks).map((name) => [name, 'proved']),
    );
  }, 600_000);
});
