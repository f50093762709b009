/** Every unit at small widths, proved in Yosys against its model; wide ones against a twin, trees from their nodes. */
import { describe, expect, it } from 'vitest';
import { array, component, sint, uint, type Design } from '../../src/hdl/index.js';
import { proveAllEquivalent, proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import {
  intDot,
  intDotModel,
  intProduct,
  recodedDot,
  recodedDotModel,
  requantize,
  requantizeModel,
  ternaryDot,
  ternaryDotModel,
  ternaryPe,
  ternaryPeModel,
  type IntDotParams,
  type RecodedDotParams,
  type RequantizeParams,
} from '../../src/units/index.js';

/** The values of `name_0`, `name_1` … */
const list = (values: Values, name: string): readonly bigint[] => {
  const found: bigint[] = [];
  for (let value = values[`${name}_0`]; value !== undefined; value = values[`${name}_${found.length}`])
    found.push(value);
  return found;
};
const port = (values: Values, name: string): bigint => values[name] ?? 0n;

const ternaryDotTask = (rows: number, actWidth: number): ModelTask => {
  const { component: unit, latencyCycles } = ternaryDot({ rows, actWidth });
  const model = (v: Values) => ({
    sum: ternaryDotModel({ rows, actWidth }, { act: list(v, 'act'), weight: list(v, 'weight') }),
  });
  return { design: unit.design, latencyCycles, model };
};

const ternaryPeTask = (actWidth: number, psumWidth: number, resultWidth?: number): ModelTask => {
  const params = { actWidth, psumWidth, ...(resultWidth === undefined ? {} : { resultWidth }) };
  const { component: unit, latencyCycles } = ternaryPe(params);
  const model = (v: Values) =>
    // Weight code 2 must not occur.
    v['weight'] === 2n
      ? undefined
      : {
          result: ternaryPeModel(params, {
            psum: port(v, 'psum'),
            act: port(v, 'act'),
            weight: port(v, 'weight'),
          }),
        };
  return { design: unit.design, latencyCycles, model };
};

const intDotTask = (params: IntDotParams): ModelTask => {
  const { component: unit, latencyCycles } = intDot(params);
  const model = (v: Values) => ({
    sum: intDotModel(params, { act: list(v, 'act'), weight: list(v, 'weight') }),
  });
  return { design: unit.design, latencyCycles, model };
};

const recodedDotTask = (params: RecodedDotParams): ModelTask => {
  const { component: unit, latencyCycles, weightLeadCycles } = recodedDot(params);
  const lead = Object.fromEntries(
    Array.from({ length: params.products }, (_, index) => [`weight_${index}`, weightLeadCycles]),
  );
  const model = (v: Values) => ({
    sum: recodedDotModel(params, { act: list(v, 'act'), weight: list(v, 'weight') }),
  });
  return { design: unit.design, latencyCycles, lead, model };
};

const requantizeTask = (params: RequantizeParams): ModelTask => {
  const { component: unit, latencyCycles } = requantize(params);
  const stable = ['lo', 'hi', 'zeroPoint', 'tieMode']
    .map((name) => (name === 'zeroPoint' ? 'zero_point' : name === 'tieMode' ? 'tie_mode' : name))
    .filter((name) => unit.design.ports.some((found) => found.name === name));
  const model = (v: Values) => {
    const inputs = {
      acc: port(v, 'acc'),
      multiplier: port(v, 'multiplier'),
      addend: port(v, 'addend'),
      shift: port(v, 'shift'),
      lo: port(v, 'lo'),
      hi: port(v, 'hi'),
      zeroPoint: port(v, 'zero_point'),
      tieMode: port(v, 'tie_mode'),
    };
    return inputs.lo > inputs.hi ? undefined : { value: requantizeModel(params, inputs) };
  };
  return { design: unit.design, latencyCycles, stable, model };
};

const smallRequantize: RequantizeParams = {
  accWidth: 3,
  multiplierWidth: 2,
  addendWidth: 2,
  sumWidth: 6,
  shiftMin: 1,
  shiftMax: 2,
  resultWidth: 2,
  ties: false,
  pairs: false,
  multiplierStages: 1,
};

const product = intProduct({ actWidth: 5, weightWidth: 5, operandStages: 1 });

const tasks: Readonly<Record<string, ModelTask>> = {
  'ternaryDot 3 x 3': ternaryDotTask(3, 3),
  'ternaryDot, a node of 4 terms': ternaryDotTask(4, 2),
  ternaryPe: ternaryPeTask(4, 5),
  'ternaryPe that wraps': ternaryPeTask(4, 5, 3),
  intProduct: {
    design: product.component.design,
    latencyCycles: product.latencyCycles,
    model: (v) => ({ product: port(v, 'act') * port(v, 'weight') }),
  },
  'intDot 2 x 3 x 3': intDotTask({ products: 2, actWidth: 3, weightWidth: 3, operandStages: 1 }),
  'intDot, two levels a stage': intDotTask({ products: 3, actWidth: 2, weightWidth: 2, levelsPerStage: 2 }),
  'recodedDot 1 x 4 x 4': recodedDotTask({ products: 1, actWidth: 4, weightWidth: 4 }),
  'recodedDot 2 x 3 x 3': recodedDotTask({ products: 2, actWidth: 3, weightWidth: 3 }),
  requantize: requantizeTask(smallRequantize),
  'requantize with ties': requantizeTask({ ...smallRequantize, ties: true }),
  'requantize, recoded': requantizeTask({ ...smallRequantize, multiplier: 'recoded' }),
};

describe('units', () => {
  it('equal their models for every input, in every cycle', async () => {
    const verdicts = await proveAllModels(Object.values(tasks), { timeLimitMs: 120_000 });
    const shown = Object.keys(tasks).map((name, index) => {
      const found = verdicts[index];
      return [name, found?.verdict, found?.basis, found?.equivalence.method];
    });
    expect(shown).toEqual(Object.keys(tasks).map((name) => [name, 'proved', 'table', 'window']));
  }, 600_000);

  it('of any size are trees of proved nodes, and equal a twin with the same order of summation', async () => {
    const eight = ternaryDot({ rows: 8, actWidth: 3 });
    const dot = intDot({ products: 2, actWidth: 8, weightWidth: 8 });
    const verdicts = await proveAllEquivalent(
      [
        { a: eight.component.design, b: twoNodes(), settleCycles: eight.latencyCycles },
        { a: dot.component.design, b: behaviouralDot(), settleCycles: dot.latencyCycles },
      ],
      { timeLimitMs: 120_000 },
    );
    expect(verdicts.map(({ verdict, method }) => [verdict, method])).toEqual([
      ['proved', 'window'],
      ['proved', 'correspondence'],
    ]);
  }, 600_000);
});

/** A dot product of 8 ternary weights: two of 4, and one registered addition. */
function twoNodes(): Design {
  const node = ternaryDot({ rows: 4, actWidth: 3 });
  return component(
    'two_nodes',
    { in: { act: array(8, sint(3)), weight: array(8, uint(2)) }, out: { sum: sint(6) } },
    ({ act, weight }, m) => {
      const half = (name: string, from: number) =>
        node.component(name, { act: act.slice(from, from + 4), weight: weight.slice(from, from + 4) }).sum;
      return { sum: m.pipe('sum_q', half('low', 0).add(half('high', 4)).wrap(6)) };
    },
  ).design;
}

/** act_0 * weight_0 + act_1 * weight_1 of 8 bits as a person would write it, with registers at the same places. */
function behaviouralDot(): Design {
  const one = component(
    'one_product',
    { in: { act: sint(8), weight: sint(8) }, out: { product: sint(16) } },
    ({ act, weight }, m) => ({ product: m.pipe('product_q', act.mul(weight)) }),
  );
  return component(
    'behavioural_dot',
    { in: { act: array(2, sint(8)), weight: array(2, sint(8)) }, out: { sum: sint(17) } },
    ({ act: [a0, a1], weight: [w0, w1] }, m) => {
      if (a0 === undefined || a1 === undefined || w0 === undefined || w1 === undefined)
        throw new RangeError('two of each');
      const first = one('product_0', { act: a0, weight: w0 }).product;
      const second = one('product_1', { act: a1, weight: w1 }).product;
      return { sum: m.pipe('sum_1_0', first.add(second)) };
    },
  ).design;
}
