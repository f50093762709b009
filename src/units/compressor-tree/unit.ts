/** The sum of many unsigned terms, in the structures that compete for it: adder tree, adder chain, 3:2 compressors. */
import { array, component, uint, type ModuleBuilder, type UInt } from '../../hdl/index.js';
import { unsignedWidth } from '../../num/index.js';
import { requireInteger } from '../errors.js';
import { cheapestAdder } from './choice.js';

export const adderStructures = ['tree', 'chain', 'compressor'] as const;
export type AdderStructure = (typeof adderStructures)[number];

export interface TermSumParams {
  /** 1 to 256. */
  readonly terms: number;
  /** Bits of a term, 1 to 64. */
  readonly width: number;
  /**
   * `tree`: pairs are added. `chain`: one term after the other. `compressor`: three rows become two by a full adder per bit,
   * without carrying, until two are left to add. `cheapest`: by measurement for `target` (see `cheapestAdder`).
   */
  readonly structure: AdderStructure | 'cheapest';
  readonly target: 'ice40' | 'ecp5';
}

/** sum = Σ term, a register after every level; `latencyCycles` later. Free running, no reset. @throws UnitParameterError */
export const termSum = (params: TermSumParams) => {
  const { terms, width, target } = params;
  requireInteger('termSum', 'terms', terms, 1, 256);
  requireInteger('termSum', 'width', width, 1, 64);
  const structure =
    params.structure === 'cheapest' ? cheapestAdder({ terms, width, target }) : params.structure;
  const sumWidth = sumWidthOf(terms, width);
  const latencyCycles = stagesOf[structure](terms);
  const unit = component(
    `term_sum_n${terms}_w${width}_${structure}`,
    {
      in: { term: array(terms, uint(width)) },
      out: { sum: uint(sumWidth) },
      parameters: { terms, width, structure },
      latency: latencyCycles,
    },
    ({ term }, m) => {
      const sum = builders[structure](m, term, width);
      return { sum: sum.width > sumWidth ? sum.wrap(sumWidth) : sum };
    },
  );
  return { component: unit, latencyCycles, sumWidth, structure };
};

/** The exact sum. */
export const termSumModel = (terms: readonly bigint[]): bigint => terms.reduce((sum, term) => sum + term, 0n);

/** Bits of a sum of so many terms. */
export const sumWidthOf = (terms: number, width: number): number =>
  unsignedWidth(BigInt(terms) * ((1n << BigInt(width)) - 1n));

const stagesOf: Readonly<Record<AdderStructure, (terms: number) => number>> = {
  tree: (terms) => Math.ceil(Math.log2(terms)),
  chain: (terms) => terms - 1,
  compressor: (terms) => {
    if (terms === 1) return 0;
    let levels = 1;
    for (let rows = terms; rows > 2; rows = rows - Math.floor(rows / 3)) levels++;
    return levels;
  },
};

type Builder = (m: ModuleBuilder, terms: readonly UInt[], width: number) => UInt;

const first = (rows: readonly UInt[]): UInt => {
  const [only] = rows;
  if (only === undefined) throw new RangeError('a sum has at least one term');
  return only;
};

/** A register forgets the range of what it holds: sums are cut to what `count` terms can reach. */
const added = (a: UInt, b: UInt, count: number, width: number): UInt => {
  const sum = a.add(b);
  const needed = sumWidthOf(count, width);
  return sum.width > needed ? sum.wrap(needed) : sum;
};

const tree: Builder = (m, terms, width) => {
  let level = terms.map((sum) => ({ sum, count: 1 }));
  for (let stage = 1; level.length > 1; stage++) {
    const next: { sum: UInt; count: number }[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [a, b] = [level[i], level[i + 1]];
      if (a !== undefined && b !== undefined)
        next.push({ sum: added(a.sum, b.sum, a.count + b.count, width), count: a.count + b.count });
      else if (a !== undefined) next.push(a);
    }
    const registered = m.pipe(
      `sum_${stage}`,
      next.map(({ sum }) => sum),
    );
    level = registered.map((sum, index) => ({ sum, count: next[index]?.count ?? 1 }));
  }
  return first(level.map(({ sum }) => sum));
};

const chain: Builder = (m, terms, width) => {
  let sum = first(terms);
  terms.slice(1).forEach((term, index) => {
    sum = m.pipe(`sum_${index + 2}`, added(sum, m.delay(term, index), index + 2, width));
  });
  return sum;
};

const compressor: Builder = (m, terms) => {
  let rows: readonly UInt[] = terms;
  for (let stage = 1; rows.length > 2; stage++) {
    const next: UInt[] = [];
    for (let i = 0; i < rows.length; i += 3) {
      const [a, b, c] = [rows[i], rows[i + 1], rows[i + 2]];
      if (a !== undefined && b !== undefined && c !== undefined)
        next.push(a.xor(b).xor(c), a.and(b).or(a.and(c)).or(b.and(c)).shl(1));
      else next.push(...[a, b].flatMap((row) => (row === undefined ? [] : [row])));
    }
    rows = m.pipe(`rows_${stage}`, next);
  }
  const [a, b] = rows;
  return a !== undefined && b !== undefined ? m.pipe('sum_q', a.add(b)) : first(rows);
};

const builders: Readonly<Record<AdderStructure, Builder>> = { tree, chain, compressor };
