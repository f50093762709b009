/** Power of two units at small widths, proved in Yosys against their models. */
import { describe, expect, it } from 'vitest';
import { proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import {
  powerOfTwoChain,
  powerOfTwoChainModel,
  powerOfTwoDot,
  powerOfTwoDotModel,
  powerOfTwoPe,
  powerOfTwoPeModel,
  type PowerOfTwoChainParams,
  type PowerOfTwoDotParams,
  type PowerOfTwoPeParams,
} from '../../src/units/index.js';

const list = (values: Values, name: string, count: number): readonly bigint[] =>
  Array.from({ length: count }, (_, index) => values[`${name}_${index}`] ?? 0n);
const port = (values: Values, name: string): bigint => values[name] ?? 0n;

const dotTask = (params: PowerOfTwoDotParams): ModelTask => {
  const { component, latencyCycles } = powerOfTwoDot(params);
  const model = (v: Values) => ({
    sum: powerOfTwoDotModel(params, {
      act: list(v, 'act', params.rows),
      weight: list(v, 'weight', params.rows),
    }),
  });
  return { design: component.design, latencyCycles, model };
};

const peTask = (params: PowerOfTwoPeParams): ModelTask => {
  const { component, latencyCycles } = powerOfTwoPe(params);
  const model = (v: Values) => ({
    result: powerOfTwoPeModel(params, {
      psum: port(v, 'psum'),
      act: port(v, 'act'),
      weight: port(v, 'weight'),
    }),
  });
  return { design: component.design, latencyCycles, model };
};

/** Two rows: row 0 enters a cycle before row 1; weights hold still. */
const chainTask = (params: PowerOfTwoChainParams & { readonly rows: 2 }): ModelTask => {
  const { component, latencyCycles } = powerOfTwoChain(params);
  const model = (v: Values) => ({
    sum: powerOfTwoChainModel(params, { act: list(v, 'act', 2), weight: list(v, 'weight', 2) }),
  });
  return {
    design: component.design,
    latencyCycles: latencyCycles - 1,
    lead: { act_0: 1 },
    stable: ['weight_0', 'weight_1'],
    model,
  };
};

const tasks: Readonly<Record<string, ModelTask>> = {
  'powerOfTwoDot, 4-bit codes': dotTask({ rows: 2, actWidth: 4, codeBits: 4 }),
  'powerOfTwoDot, 5-bit codes with a zero flag': dotTask({
    rows: 2,
    actWidth: 3,
    codeBits: 5,
    zeroFlag: true,
  }),
  'powerOfTwoDot, three rows in a stage': dotTask({ rows: 3, actWidth: 2, codeBits: 3, levelsPerStage: 2 }),
  powerOfTwoPe: peTask({ actWidth: 4, codeBits: 4, psumWidth: 5 }),
  'powerOfTwoPe that wraps': peTask({ actWidth: 3, codeBits: 5, psumWidth: 8, resultWidth: 8 }),
  'powerOfTwoChain, 3-bit codes': chainTask({ rows: 2, actWidth: 3, codeBits: 3 }),
  'powerOfTwoChain, 4-bit codes': chainTask({ rows: 2, actWidth: 3, codeBits: 4 }),
};

describe('power of two units', () => {
  it('equal their models for every input, in every cycle', async () => {
    const verdicts = await proveAllModels(Object.values(tasks), { timeLimitMs: 120_000 });
    const shown = Object.keys(tasks).map((name, index) => [
      name,
      verdicts[index]?.verdict,
      verdicts[index]?.basis,
    ]);
    expect(shown).toEqual(Object.keys(tasks).map((name) => [name, 'proved', 'table']));
  }, 600_000);
});
