/** The integer units at small widths, proved in Yosys against their models. */
import { describe, expect, it } from 'vitest';
import { component, sint, type Design } from '../../src/hdl/index.js';
import { proveAllModels, type ModelTask, type Values } from '../../src/formal/index.js';
import {
  requantizeByContract,
  requantizeConstant,
  requantizeThresholds,
  staircaseModel,
  staircaseOf,
  termSum,
  termSumModel,
  type RequantizeContract,
  type TermSumParams,
} from '../../src/units/index.js';
import { addWithCarry, exactProduct } from '../../src/units/int-mac/exact-product.js';

const port = (values: Values, name: string): bigint => values[name] ?? 0n;

/** What `intMac` in LUTs adds: value + carry of its product, joined by an adder. */
const productDesign = (actWidth: number, weightWidth: number): Design =>
  component(
    'exact_product',
    {
      in: { act: sint(actWidth), weight: sint(weightWidth) },
      out: { product: sint(actWidth + weightWidth) },
    },
    ({ act, weight }, m) => {
      const { value, carry } = exactProduct(m, act, weight);
      const sum = addWithCarry(m.constant(sint(1), 0), value, carry);
      const width = actWidth + weightWidth;
      return { product: sum.width > width ? sum.wrap(width) : sum };
    },
  ).design;

const scale: RequantizeContract = {
  ...{ multiplier: -11n, addend: 9n, shift: 3n, rounding: 'halfEven', zeroPoint: 1n, lo: -6n, hi: 7n },
};
const constantTask = (rounding: RequantizeContract['rounding']): ModelTask => {
  const params = { accWidth: 6, resultWidth: 4, scale: { ...scale, rounding } };
  const { component: unit, latencyCycles } = requantizeConstant({
    name: `scale_${rounding.toLowerCase()}`,
    ...params,
  });
  const model = (v: Values) => ({ value: requantizeByContract(port(v, 'acc'), params.scale) });
  return { design: unit.design, latencyCycles, model };
};

const stepsTask = (structure: 'comparators' | 'search'): ModelTask => {
  const staircase = staircaseOf(scale, 7);
  const unit = requantizeThresholds({ name: structure, accWidth: 7, resultWidth: 4, staircase, structure });
  const model = (v: Values) => ({ value: staircaseModel(staircase, port(v, 'acc')) });
  return { design: unit.component.design, latencyCycles: unit.latencyCycles, model };
};

const sumTask = (params: TermSumParams): ModelTask => {
  const { component: unit, latencyCycles } = termSum(params);
  const model = (v: Values) => ({
    sum: termSumModel(Array.from({ length: params.terms }, (_, i) => port(v, `term_${i}`))),
  });
  return { design: unit.design, latencyCycles, model };
};

const tasks: Readonly<Record<string, ModelTask>> = {
  'exact product 4 x 4': {
    design: productDesign(4, 4),
    latencyCycles: 3,
    model: (v) => ({ product: port(v, 'act') * port(v, 'weight') }),
  },
  'exact product 3 x 5': {
    design: productDesign(3, 5),
    latencyCycles: 4,
    model: (v) => ({ product: port(v, 'act') * port(v, 'weight') }),
  },
  'requantizeConstant, half up': constantTask('halfUp'),
  'requantizeConstant, half even': constantTask('halfEven'),
  'requantizeConstant, half away from zero': constantTask('halfAwayFromZero'),
  'requantizeThresholds, comparators': stepsTask('comparators'),
  'requantizeThresholds, search': stepsTask('search'),
  'termSum, compressor': sumTask({ terms: 5, width: 2, structure: 'compressor', target: 'ice40' }),
  'termSum, chain': sumTask({ terms: 4, width: 3, structure: 'chain', target: 'ice40' }),
};

describe('integer units', () => {
  it('equal their models for every input, in every cycle', async () => {
    const verdicts = await proveAllModels(Object.values(tasks), { timeLimitMs: 300_000 });
    const shown = Object.keys(tasks).map((name, index) => [name, verdicts[index]?.verdict]);
    expect(shown).toEqual(Object.keys(tasks).map((name) => [name, 'proved']));
  }, 900_000);
});
