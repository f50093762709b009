import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/index.js';
import { createRandom } from '../../num/index.js';
import { approxMultiplierModel, productTable } from '../approx-multiplier/model.js';
import { errorMetrics } from '../approx-multiplier/metrics.js';
import { exactTable } from '../approx-multiplier/table.js';
import { approxMultiplier } from '../approx-multiplier/unit.js';
import { truthTable } from '../approx-netlist/evaluate.js';
import { netlistFromText, netlistText } from '../approx-netlist/text.js';
import { approxCatalogue } from './catalogue.js';
import { multipliers2x2 } from './catalogue/multipliers-2x2.js';
import { nandEquivalents, sumOfGates, viewOf } from './costs.js';
import { lutCost } from './lut-cost.js';
import { searchPath } from './path.js';
import { searchPatterns } from './patterns.js';
import { signedArrayMultiplier } from './seed.js';
import { shrink } from './shrink.js';
import { catalogueTasks } from './tasks.js';

const searches = fc.record({
  aWidth: fc.integer({ min: 2, max: 6 }),
  bWidth: fc.integer({ min: 2, max: 6 }),
  signed: fc.boolean(),
  metric: fc.constantFrom('meanAbsolute' as const, 'worstCase' as const),
  bound: fc.integer({ min: 0, max: 6 }),
  seed: fc.nat({ max: 1000 }),
});

describe('the search for approximate netlists', () => {
  it('stays within its bound, and its error is that of the table of what it found', () => {
    fc.assert(
      fc.property(searches, ({ aWidth, bWidth, signed, metric, bound, seed }) => {
        const operands = { aWidth, bWidth, aSigned: signed, bSigned: signed };
        const cost = sumOfGates(nandEquivalents);
        const [member] = searchPath({
          ...{ aWidth, bWidth, signed, metric, cost, seed },
          bounds: [bound],
          steps: 300,
        });
        const table = truthTable(member?.netlist ?? never(), signed);
        const metrics = errorMetrics(operands, table);
        expect(metrics[metric]).toBeLessThanOrEqual(bound);
        const again = shrink({
          ...{
            start: member?.netlist ?? never(),
            signed,
            metric,
            cost,
            seed,
            bound: metrics[metric],
            steps: 0,
          },
          patterns: searchPatterns(operands, exactTable(operands), aWidth + bWidth),
        });
        expect(again.error).toBe(metrics[metric]);
      }),
      { numRuns: 25 },
    );
  });

  it('starts from exact signed multipliers', () => {
    for (const [aWidth, bWidth] of [
      [2, 2],
      [3, 5],
      [4, 2],
    ] as const)
      expect(truthTable(signedArrayMultiplier(aWidth, bWidth), true)).toEqual(
        exactTable({ aWidth, bWidth, aSigned: true, bSigned: true }),
      );
  });

  it('finds what the catalogue holds', () => {
    const stored = multipliers2x2.find(
      ({ search }) => search === '2x2 signed, least luts, bounded mean error',
    );
    const task = catalogueTasks(2).find(({ name }) => name === stored?.search)?.task ?? never();
    const found = searchPath(task).map(({ bound, netlist }) => ({ bound, netlist: netlistText(netlist) }));
    for (const member of stored?.members ?? never()) expect(found).toContainEqual(member);
  });

  it('counts the LUTs of a cover: every output of 2x2 is a function of four inputs', () => {
    for (const { params, metrics } of approxCatalogue(2)) {
      if (params.kind !== 'netlist' || metrics.meanAbsolute > 0) continue;
      expect(lutCost(4)(viewOf(params.netlist))).toBe(4);
    }
  });
});

const never = (): never => {
  throw new Error('nothing was found');
};

describe('the catalogue', () => {
  it.each([2, 3, 4])('holds netlists of %i bits whose hardware gives their tables', (width) => {
    for (const signed of [false, true])
      for (const { params } of approxCatalogue(width, signed)) {
        const simulation = simulate(approxMultiplier(params).component.design);
        const table = productTable(params);
        const products = table.map((_, index) => {
          simulation.poke('a', asOperand(index >> width, width, signed));
          simulation.poke('b', asOperand(index & (2 ** width - 1), width, signed));
          return simulation.peekNumber('product');
        });
        expect(products).toEqual(table);
      }
  });

  it('holds 8x8 netlists whose hardware gives their tables, at random operands', () => {
    const random = createRandom(3);
    const found = approxCatalogue(8);
    expect(found.length).toBeGreaterThan(20);
    for (const { params } of found.filter((_, index) => index % 8 === 0)) {
      const simulation = simulate(approxMultiplier(params).component.design);
      const table = productTable(params);
      for (let sample = 0; sample < 100; sample++) {
        const [a, b] = [random.integer(0, 255), random.integer(0, 255)];
        simulation.poke('a', a);
        simulation.poke('b', b);
        const product = simulation.peek('product');
        expect(product).toBe(BigInt(table[a * 256 + b] ?? -1));
        expect(approxMultiplierModel(params, { a: BigInt(a), b: BigInt(b) })).toBe(product);
      }
    }
  });

  it('writes netlists as text and reads them back', () => {
    for (const { params } of approxCatalogue(3))
      if (params.kind === 'netlist')
        expect(netlistFromText(netlistText(params.netlist))).toEqual(params.netlist);
  });
});

const asOperand = (code: number, width: number, signed: boolean): number =>
  signed && code >= 2 ** (width - 1) ? code - 2 ** width : code;
