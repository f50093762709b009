/**
 * Counters of mapped circuits against what their cells' outputs are known to do: nine cycles worked out by hand, then a
 * hundred by arithmetic. The circuits of a part lie side by side in one netlist; none shares a signal with another.
 */
import { describe, expect, it, vi } from 'vitest';
import { sbSpram256ka } from '../../cells/index.js';
import { bit, component, uint } from '../../hdl/index.js';
import { createRandom } from '../../num/index.js';
import { lookForTool } from '../../tools/index.js';
import { countedChanges } from './testing/changes.js';

// Real tools on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

type Column = readonly bigint[];

/** Outputs of cells, side by side as one number: its value in each cycle, and how many bits change in cycles 3 to 8. */
interface Outputs {
  readonly values: Column;
  readonly byHand: readonly number[];
}

const CYCLES = 128;
const BY_HAND = { from: 3, to: 9 };
const random = createRandom(5);
const upTo = (highest: number) => (): number => random.integer(0, highest);

const column = (valueAt: (cycle: number) => bigint | number): Column =>
  Array.from({ length: CYCLES }, (_, cycle) => BigInt(valueAt(cycle)));
/** An input: cycles 0 to 8 by hand, then of a generator. */
const input = (byHand: readonly (bigint | number)[], any: (cycle: number) => bigint | number): Column =>
  column((cycle) => byHand[cycle] ?? any(cycle));
const valueIn = (values: Column, cycle: number): bigint => values[cycle] ?? 0n;
/** What is to be seen a cycle after its cause. */
const later = (values: Column): Column => column((cycle) => valueIn(values, cycle - 1));

// Registers, and LUTs behind them: more of each than a counter adds up at once, which is 64.
const HALF = 35;
const SHIFT = BigInt(HALF);
const LOGIC = { in: { bits: uint(2 * HALF) }, out: { odd: uint(HALF), inverse: uint(HALF) } };
const gates = component('gates', LOGIC, ({ bits }, m) => {
  const { taken } = m.regs({ taken: uint(2 * HALF) }, { reset: false });
  taken.next = bits;
  const [low, high] = [taken.bits(HALF - 1, 0), taken.bits(2 * HALF - 1, HALF)];
  return { odd: low.xor(high), inverse: high.not() };
});
const [ONE, HALF_ONES, ONES] = [1n << SHIFT, (1n << SHIFT) - 1n, (1n << (2n * SHIFT)) - 1n];
const BITS = input(
  [0, 0, 0, 1, ONE, ONE + 1n, ONES, 0, 0],
  () =>
    (BigInt(random.uint32()) << (SHIFT + 3n)) ^ (BigInt(random.uint32()) << 16n) ^ BigInt(random.uint32()),
);
const registers: Outputs = { values: later(BITS), byHand: [0, 1, 2, 1, 68, 70] };
const gateLuts: Outputs = {
  values: registers.values.map((taken) => {
    const [low, high] = [taken & HALF_ONES, taken >> SHIFT];
    return (low ^ high) | ((high ^ HALF_ONES) << SHIFT);
  }),
  // Bit 0 is odd; it stays odd and its inverse falls; it is even; the 34 other inverses fall; all inverses rise.
  byHand: [0, 1, 1, 1, 34, 35],
};

// Carries: 255 + 1, 255 + 0, 3 + 1 twice, 85 + 170. On iCE40, LUTs add and carries only carry.
const ADDER = { in: { x: uint(8), y: uint(8) }, out: { sum: uint(9) } };
const adder = component('adder', ADDER, ({ x, y }) => ({ sum: x.add(y) }));
const X = input([0, 0, 0, 255, 255, 3, 3, 85, 0], upTo(255));
const Y = input([0, 0, 0, 1, 0, 1, 1, 170, 0], upTo(255));
const sumOf = (cycle: number, width: number): bigint =>
  BigInt.asUintN(width, valueIn(X, cycle)) + BigInt.asUintN(width, valueIn(Y, cycle));
/** What goes into bit `place`, as a number of one bit. */
const carryInto = (cycle: number, place: number): bigint => sumOf(cycle, place) >> BigInt(place);
const carriesInto = (cycle: number, places: readonly number[]): bigint =>
  places.reduce((all, place) => (all << 1n) | carryInto(cycle, place), 0n);
const sumLuts: Outputs = {
  values: column((cycle) => BigInt.asUintN(8, sumOf(cycle, 8))),
  byHand: [0, 8, 7, 0, 7, 8],
};
const iceCarries: Outputs = {
  values: column((cycle) => carriesInto(cycle, [1, 2, 3, 4, 5, 6, 7, 8])),
  byHand: [8, 8, 2, 0, 2, 0],
};
/** A CCU2C gives two bits of the sum, and what is carried out of them. */
const ecp5Carries: Outputs = {
  values: column((cycle) => (carriesInto(cycle, [2, 4, 6, 8]) << 9n) | sumOf(cycle, 8)),
  byHand: [1 + 4, 9 + 4, 7 + 1, 0, 7 + 1, 8],
};

// DSP: 65025, 255 twice, 256, 255, 0.
const PRODUCT = { in: { a: uint(8), b: uint(8) }, out: { product: uint(16) } };
const times = component('times', PRODUCT, ({ a, b }) => ({ product: a.mul(b) }));
const A = input([0, 0, 0, 255, 255, 1, 16, 15, 0], upTo(255));
const B = input([0, 0, 0, 255, 1, 255, 16, 17, 0], upTo(255));
const products: Outputs = {
  values: column((cycle) => valueIn(A, cycle) * valueIn(B, cycle)),
  byHand: [8, 14, 0, 9, 9, 8],
};

// Memories. The word at each cycle's address, before that cycle's write.
interface Writes {
  readonly enables: Column;
  readonly addresses: Column;
  readonly words: Column;
}
function wordsAt(asked: Column, initial: (address: number) => number, writes?: Writes): Column {
  const written = new Map<bigint, bigint>();
  return column((cycle) => {
    const address = valueIn(asked, cycle);
    const word = written.get(address) ?? initial(Number(address));
    if (writes?.enables[cycle] === 1n)
      written.set(valueIn(writes.addresses, cycle), valueIn(writes.words, cycle));
    return word;
  });
}

// Block RAM: the words 0 to 4, and back to 0.
const FIRST_WORDS = [0x0000, 0xffff, 0x00ff, 0x0f0f, 0x0f0e];
const wordAt = (address: number): number => FIRST_WORDS[address] ?? (address * 40503) % 65536;
const WORDS = {
  word: uint(16),
  depth: 256,
  init: wordAt,
  initStyle: 'inline',
  readDuringWrite: 'any',
} as const;
const ROM = { in: { address: uint(8) }, out: { word: uint(16) } };
const rom = component('rom', ROM, ({ address }, m) => ({ word: m.memory('words', WORDS).read(address) }));
const ADDRESS = input([0, 0, 0, 1, 2, 3, 4, 0, 0], upTo(255));
const romWords: Outputs = { values: later(wordsAt(ADDRESS, wordAt)), byHand: [0, 16, 8, 8, 1, 7] };

// A block RAM that is written, on ECP5 only, where the port that writes reads too: the words 0, 1 twice, 1 as it was written, 0.
const STORE = { in: { put: bit, to: uint(8), what: uint(16), fetch: uint(8) }, out: { fetched: uint(16) } };
const store = component('store', STORE, ({ put, to, what, fetch }, m) => {
  const words = m.memory('words', WORDS);
  words.write(to, what, { enable: put });
  return { fetched: words.read(fetch) };
});
const PUT = input([0, 0, 0, 0, 1, 0, 0, 0, 0], upTo(1));
const TO = input([0, 0, 0, 1, 1, 1, 0, 0, 0], upTo(7));
const WHAT = input([0, 0, 0, 0, 0x00ff, 0, 0, 0, 0], upTo(65535));
/** Never the word that is written. */
const FETCH = input(
  [9, 9, 9, 9, 9, 9, 1, 4, 0],
  (cycle) => (Number(valueIn(TO, cycle)) + random.integer(1, 7)) % 8,
);
const puts: Writes = { enables: PUT, addresses: TO, words: WHAT };
const overwritten: Outputs = { values: later(wordsAt(TO, wordAt, puts)), byHand: [0, 16, 0, 8, 8, 0] };
// Word 9, 364527 modulo 65536, is 0x8fef; then word 1 as it was written, 0x00ff, and word 4, 0x0f0e.
const fetched: Outputs = { values: later(wordsAt(FETCH, wordAt, puts)), byHand: [0, 0, 0, 0, 6, 9] };

// Distributed RAM: the words 0, 15, 5, 5 as 10, 10, 8, each its address but for the write.
const RAM = { in: { write: bit, at: uint(4), data: uint(4), from: uint(4) }, out: { now: uint(4) } };
const lutRam = component('lut_ram', RAM, ({ write, at, data, from }, m) => {
  const init = (address: number): number => address;
  const words = m.memory('words', { word: uint(4), depth: 16, init, initStyle: 'inline' });
  words.write(at, data, { enable: write });
  return { now: words.readNow(from) };
});
const WRITE = input([0, 0, 0, 0, 1, 0, 0, 0, 0], upTo(1));
const AT = input([0, 0, 0, 0, 5, 0, 0, 0, 0], upTo(15));
const DATA = input([0, 0, 0, 0, 10, 0, 0, 0, 0], upTo(15));
const FROM = input([0, 0, 0, 15, 5, 5, 5, 10, 8], upTo(15));
const ramWords: Outputs = {
  values: wordsAt(FROM, (address) => address, { enables: WRITE, addresses: AT, words: DATA }),
  byHand: [4, 2, 4, 0, 0, 1],
};

// Single-port RAM: two words written and read in turn. What it gives after a write is not known, and no change.
const KEEP = { in: { select: bit, renew: bit, place: uint(14), value: uint(16) }, out: { kept: uint(16) } };
const spram = sbSpram256ka();
const keep = component('keep', KEEP, ({ select, renew, place, value }) => ({
  kept: spram('ram', { select, write: renew, address: place, data: value, writeMask: 15 }).word,
}));
const SELECT = input([1, 1, 1, 1, 0, 1, 1, 1, 1], upTo(1));
const RENEW = input([1, 0, 1, 0, 1, 1, 0, 1, 0], upTo(1));
const PLACE = input([0, 0, 9999, 9999, 0, 0, 0, 9999, 0], () => 9999 * random.integer(0, 1));
const VALUE = input([0x00ff, 0, 0x0f0f, 0, 0, 0xffff, 0, 0, 0], upTo(65535));
function keptWords(): Column {
  const written = new Map<bigint, bigint>();
  let shown = 0n;
  const after = column((cycle) => {
    const place = valueIn(PLACE, cycle);
    if (SELECT[cycle] === 1n && RENEW[cycle] === 1n) written.set(place, valueIn(VALUE, cycle));
    else if (SELECT[cycle] === 1n) shown = written.get(place) ?? 0n;
    return shown;
  });
  return later(after);
}
const kept: Outputs = { values: keptWords(), byHand: [0, 8, 0, 0, 8, 0] };

// A wide multiplexer between two LUTs: the majority of five bits that are all equal.
const MAJORITY = { in: { five: uint(5) }, out: { most: bit } };
const majority = component('majority', MAJORITY, ({ five }) => {
  const bits = [1, 2, 3, 4].map((place) => five.bit(place));
  return { most: bits.reduce((sum, each) => sum.add(each), five.bit(0)).ge(3) };
});
const FIVE = input([0, 0, 0, 31, 31, 0, 31, 0, 0], () => 31 * random.integer(0, 1));
const most: Outputs = { values: FIVE.map((five) => five & 1n), byHand: [1, 0, 1, 1, 1, 0] };
const mostLuts: Outputs = { values: FIVE.map((five) => five & 3n), byHand: [2, 0, 2, 2, 2, 0] };

const COMMON = {
  in: { ...LOGIC.in, ...ADDER.in, ...PRODUCT.in, ...ROM.in },
  out: { ...LOGIC.out, ...ADDER.out, ...PRODUCT.out, ...ROM.out },
};
const FACE_UP5K = { in: { ...COMMON.in, ...KEEP.in }, out: { ...COMMON.out, ...KEEP.out } };
const onUp5k = component('side_by_side', FACE_UP5K, ({ bits, x, y, a, b, address, ...pins }) => ({
  ...gates('the_gates', { bits }),
  ...adder('the_adder', { x, y }),
  ...times('the_product', { a, b }),
  ...rom('the_rom', { address }),
  ...keep('the_single_port', pins),
})).design;
const FACE_ECP5 = {
  in: { ...COMMON.in, ...STORE.in, ...RAM.in, ...MAJORITY.in },
  out: { ...COMMON.out, ...STORE.out, ...RAM.out, ...MAJORITY.out },
};
const onEcp5 = component('side_by_side', FACE_ECP5, ({ bits, x, y, a, b, address, five, ...pins }) => ({
  ...gates('the_gates', { bits }),
  ...adder('the_adder', { x, y }),
  ...times('the_product', { a, b }),
  ...rom('the_rom', { address }),
  ...majority('the_majority', { five }),
  ...store('the_store', { put: pins.put, to: pins.to, what: pins.what, fetch: pins.fetch }),
  ...lutRam('the_lut_ram', { write: pins.write, at: pins.at, data: pins.data, from: pins.from }),
})).design;

const INPUTS = { bits: BITS, x: X, y: Y, a: A, b: B, address: ADDRESS };
const EXPECTED = [
  {
    ...{ part: 'up5k', design: onUp5k },
    inputs: { ...INPUTS, select: SELECT, renew: RENEW, place: PLACE, value: VALUE },
    cells: { register: 70, LUT: 70 + 8, carry: 8, DSP: 1, 'block RAM': 1, 'single-port RAM': 1 },
    outputs: {
      ...{ register: [registers], LUT: [gateLuts, sumLuts], carry: [iceCarries], DSP: [products] },
      ...{ 'block RAM': [romWords], 'single-port RAM': [kept] },
    },
  },
  {
    ...{ part: 'ecp5-25k', design: onEcp5 },
    inputs: {
      ...{ ...INPUTS, five: FIVE, put: PUT, to: TO, what: WHAT, fetch: FETCH },
      ...{ write: WRITE, at: AT, data: DATA, from: FROM },
    },
    cells: {
      ...{ register: 70, LUT: 70 + 2, 'wide multiplexer': 1, carry: 5, DSP: 1 },
      ...{ 'block RAM': 2, 'distributed RAM': 1 },
    },
    outputs: {
      ...{ register: [registers], LUT: [gateLuts, mostLuts], 'wide multiplexer': [most] },
      ...{ carry: [ecp5Carries], DSP: [products] },
      ...{ 'block RAM': [romWords, overwritten, fetched], 'distributed RAM': [ramWords] },
    },
  },
] as const;

const onesIn = (value: bigint): number => value.toString(2).replaceAll('0', '').length;
/** At [c]: the bits that change from cycle c - 1 to cycle c. */
const changesOf = ({ values }: Outputs): readonly number[] =>
  values.map((value, cycle) => onesIn(value ^ valueIn(values, cycle - 1)));
const sumUp = (rows: readonly (readonly number[])[]): readonly number[] =>
  (rows[0] ?? []).map((_, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0));
const cyclesByHand = (changes: readonly number[]): readonly number[] =>
  changes.slice(BY_HAND.from, BY_HAND.to);

describe('what the circuits do', () => {
  it('is the same by hand and by arithmetic', () => {
    const all = EXPECTED.flatMap(({ outputs }) => Object.values(outputs).flat());
    expect(all.map((each) => cyclesByHand(changesOf(each)))).toEqual(all.map(({ byHand }) => byHand));
  });
});

const available = (await lookForTool('verilator')).found !== undefined;

describe.runIf(available || process.env['CI'] !== undefined)('changes that are counted', () => {
  it.each(EXPECTED)(
    'on $part are those of each kind of cell',
    async ({ part, design, inputs, ...expected }) => {
      const { cells, changes } = await countedChanges(design, part, CYCLES, inputs);
      expect(cells).toEqual(expected.cells);
      for (const [kind, outputs] of Object.entries(expected.outputs)) {
        const counted = changes[kind] ?? [];
        expect(cyclesByHand(counted), `${kind}, by hand`).toEqual(sumUp(outputs.map(({ byHand }) => byHand)));
        expect(counted.slice(BY_HAND.from), `${kind}, by arithmetic`).toEqual(
          sumUp(outputs.map(changesOf)).slice(BY_HAND.from, counted.length),
        );
      }
    },
  );
});
