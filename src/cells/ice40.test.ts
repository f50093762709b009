import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import {
  array,
  bit,
  clockDomain,
  component,
  emitVerilog,
  HdlError,
  sint,
  uint,
  type UInt,
} from '../hdl/index.js';
import { createRandom } from '../num/index.js';
import { cosimulate, simulate, sourceOf } from '../sim/index.js';
import { findDevice, netlistSimulationFiles, synthesize } from '../synth/index.js';
import {
  CellSettingError,
  sbMac16Accumulate,
  sbMac16DualProduct,
  sbMac16MultiplyAdd,
  sbMac16Product,
  sbPll40Core,
  sbPll40MHz,
  sbRam40,
  sbSpram256ka,
} from './index.js';

vi.setConfig({ testTimeout: 900_000 });

const random = createRandom(7);
const words = (count: number, width: number): readonly number[] =>
  Array.from({ length: count }, () => random.integer(0, 2 ** width - 1));

/** Every combination of so many flags. */
const switches = (count: number): readonly (readonly boolean[])[] =>
  Array.from({ length: 2 ** count }, (_, i) =>
    Array.from({ length: count }, (__, j) => ((i >> j) & 1) === 1),
  );
const threeRegisters = switches(3).map(
  ([inputRegister = false, pipelineRegister = false, outputRegister = false]) => ({
    inputRegister,
    pipelineRegister,
    outputRegister,
  }),
);
const twoRegisters = switches(2).map(([inputRegister = false, second = false]) => ({
  inputRegister,
  second,
}));

const OPERANDS = { a: sint(16), b: sint(16), c: sint(32), load: bit, hold: bit, subtract: bit };
const MULTIPLIED = {
  products: { signed: array(8, sint(32)), unsigned: array(8, uint(32)) },
  accumulators: { signed: array(4, sint(32)), unsigned: array(4, uint(32)) },
  sums: { signed: array(4, sint(32)), unsigned: array(4, uint(32)) },
  pairs: { signed: array(4, array(2, sint(16))), unsigned: array(4, array(2, uint(16))) },
};
const RAM_PORTS = { write: bit, read: bit, at: uint(14), from: uint(14), data: uint(16), mask: uint(16) };
const WORDS = { word16: uint(16), word8: uint(8), word4: uint(4), word2: uint(2), spram: uint(16) };

/** Every combination of settings of the multipliers, on the same operands. */
const multipliers = component('all_mac16', { in: OPERANDS, out: MULTIPLIED }, ({ a, b, c, ...control }) => {
  const patterns = { a: a.asUint(), b: b.asUint() };
  const halves = (word: UInt) => ({ low: word.bits(7, 0), high: word.bits(15, 8) });
  const signedHalves = (word: UInt) => ({ low: word.bits(7, 0).asSint(), high: word.bits(15, 8).asSint() });
  const value = c.asUint();
  return {
    products: {
      signed: threeRegisters.map(
        (use, i) => sbMac16Product({ signed: true, ...use })(`ps_${i}`, { a, b }).product,
      ),
      unsigned: threeRegisters.map(
        (use, i) => sbMac16Product({ signed: false, ...use })(`pu_${i}`, patterns).product,
      ),
    },
    accumulators: {
      signed: twoRegisters.map(
        ({ inputRegister, second }, i) =>
          sbMac16Accumulate({ signed: true, inputRegister, pipelineRegister: second })(`as_${i}`, {
            ...{ a, b, value: c },
            ...control,
          }).acc,
      ),
      unsigned: twoRegisters.map(
        ({ inputRegister, second }, i) =>
          sbMac16Accumulate({ signed: false, inputRegister, pipelineRegister: second })(`au_${i}`, {
            ...patterns,
            ...control,
            value,
          }).acc,
      ),
    },
    sums: {
      signed: twoRegisters.map(
        ({ inputRegister, second }, i) =>
          sbMac16MultiplyAdd({ signed: true, inputRegister, subtract: second })(`ss_${i}`, { a, b, c }).sum,
      ),
      unsigned: twoRegisters.map(
        ({ inputRegister, second }, i) =>
          sbMac16MultiplyAdd({ signed: false, inputRegister, subtract: second })(`su_${i}`, {
            ...patterns,
            c: value,
          }).sum,
      ),
    },
    pairs: {
      signed: twoRegisters.map(({ inputRegister, second }, i) => {
        const dual = sbMac16DualProduct({ signed: true, inputRegister, outputRegister: second });
        const { product } = dual(`ds_${i}`, { a: signedHalves(patterns.a), b: signedHalves(patterns.b) });
        return [product.low, product.high];
      }),
      unsigned: twoRegisters.map(({ inputRegister, second }, i) => {
        const dual = sbMac16DualProduct({ signed: false, inputRegister, outputRegister: second });
        const { product } = dual(`du_${i}`, { a: halves(patterns.a), b: halves(patterns.b) });
        return [product.low, product.high];
      }),
    },
  };
});

const wide = sbRam40({ width: 16, init: words(256, 16) });
const narrow = ([8, 4, 2] as const).map((width) => sbRam40({ width, init: words(4096 / width, width) }));
const spram = sbSpram256ka();

/** The RAMs on the same addresses; a word is not read while it is written. */
const rams = component('all_rams', { in: RAM_PORTS, out: WORDS }, ({ write, read, at, from, data, mask }) => {
  const ports = (addressWidth: number, width: number) => {
    const [writeAddress, readAddress] = [at.bits(addressWidth - 1, 0), from.bits(addressWidth - 1, 0)];
    const writeEnable = write.and(writeAddress.ne(readAddress));
    return { writeEnable, writeAddress, readEnable: read, readAddress, data: data.bits(width - 1, 0) };
  };
  const [word8, word4, word2] = narrow.map((ram, i) => ram(`ram_${i}`, ports(9 + i, 8 >> i)).word);
  if (word8 === undefined || word4 === undefined || word2 === undefined) throw new Error('three RAMs');
  return {
    word16: wide('ram_16', { ...ports(8, 16), writeMask: mask }).word,
    ...{ word8, word4, word2 },
    spram: spram('spram_0', { select: read, write, address: at, data, writeMask: mask.bits(3, 0) }).word,
  };
});

const cells = component(
  'all_ice40',
  { in: { ...OPERANDS, ...RAM_PORTS }, out: { ...WORDS, multiplied: MULTIPLIED } },
  ({ a, b, c, load, hold, subtract, ...ram }) => ({
    ...rams('rams_0', ram),
    multiplied: multipliers('multipliers_0', { a, b, c, load, hold, subtract }),
  }),
);

const fast = clockDomain('fast');
const pll = sbPll40Core({ referenceMHz: 12, divr: 0, divf: 63, divq: 4, drives: fast, lockCycles: 5 });

describe('the models of iCE40 cells', () => {
  it("equal Yosys' models for every combination of settings", async () => {
    const models = netlistSimulationFiles({ family: 'ice40' });
    const source = sourceOf(cells.design);
    const addresses = words(12, 14);
    const cycles = 3000;
    const column = (): bigint[] =>
      Array.from({ length: cycles }, () => BigInt(addresses[random.integer(0, addresses.length - 1)] ?? 0));
    const [result] = await cosimulate(cells.design, {
      cycles,
      simulators: ['icarus'],
      stimulus: { at: column(), from: column() },
      source: {
        ...source,
        files: [
          ...source.files,
          ...models.map((file) => ({ name: 'cells_sim.v', text: readFileSync(file, 'utf8') })),
        ],
        defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' },
      },
    });
    expect(result?.first).toBeUndefined();
    expect(result?.mismatches).toBe(0);
    expect(result?.cycles).toBe(cycles);
    // Unknown: what no register holds yet, and the SPRAM after writes and where it was never written.
    const bits = cells.design.ports.flatMap(({ direction, type }) =>
      direction === 'out' ? [type.width] : [],
    );
    const compared = cycles * bits.reduce((sum, width) => sum + width, 0);
    expect(result?.unknownBits).toBeLessThan(compared * 0.02);
  });

  it('is Verilog that Yosys maps to those cells', async () => {
    const top = component(
      'ice40_top',
      {
        in: { reset: bit, ...OPERANDS, ...RAM_PORTS },
        out: { clock: fast.port(bit), locked: bit, any: bit },
      },
      ({ reset, ...inputs }) => {
        const { multiplied, ...read } = cells('cells', inputs);
        const all = [
          ...Object.values(read),
          ...Object.values(multiplied).flatMap(({ signed, unsigned }) => [...signed, ...unsigned].flat()),
        ];
        return {
          ...pll('pll', { reset }),
          any: all.map((word) => word.xorReduce()).reduce((x, y) => x.xor(y)),
        };
      },
    );
    const { counts } = await synthesize({
      verilogFiles: emitVerilog(top.design).files.filter(({ name }) => name.endsWith('.v')),
      top: 'ice40_top',
      device: findDevice('up5k'),
      options: { dsp: false },
    });
    expect(counts.cells).toMatchObject({ SB_MAC16: 40, SB_RAM40_4K: 4, SB_SPRAM256KA: 1, SB_PLL40_CORE: 1 });
  });
});

describe('SB_RAM40_4K', () => {
  it('is not read where it is written', () => {
    const ram = sbRam40({ width: 8 });
    const sim = simulate(ram.design);
    for (const port of ['write_enable', 'read_enable']) sim.poke(port, 1);
    expect(() => sim.step()).toThrow(/words/);
  });

  it('refuses contents that it has no place for', () => {
    expect(() => sbRam40({ width: 2, init: [4] })).toThrow(CellSettingError);
    expect(() => sbRam40({ width: 16, init: words(257, 16) })).toThrow(
      'CELL001: SB_RAM40_4K: init has 257 words',
    );
  });
});

describe('SB_PLL40_CORE', () => {
  it('locks some reference cycles after its reset', () => {
    const sim = simulate(pll.design);
    const locked = (): bigint => {
      sim.step();
      return sim.peek('locked');
    };
    expect(Array.from({ length: 7 }, locked)).toEqual([0n, 0n, 0n, 0n, 1n, 1n, 1n]);
    sim.poke('reset', 1);
    expect(locked()).toBe(0n);
  });

  it('gives no clock to logic', () => {
    const misuse = (): unknown =>
      component('misuse', { in: { reset: bit }, out: { seen: bit } }, ({ reset }, m) => {
        const { clock, locked } = pll('pll', { reset });
        return { seen: m.pipe('seen_clock', clock).and(locked) };
      });
    expect(misuse).toThrow(HdlError);
    expect(misuse).toThrow('HDL023');
  });

  it('runs within its limits only', () => {
    const settings = { referenceMHz: 12, divr: 0, divf: 63, divq: 4 };
    expect(sbPll40MHz(settings)).toBe(48);
    for (const wrong of [
      { referenceMHz: 9 },
      { divr: 1 },
      { divf: 30 },
      { divf: 100 },
      { divq: 6 },
      { divq: 0 },
    ])
      expect(() => sbPll40MHz({ ...settings, ...wrong }), JSON.stringify(wrong)).toThrow(CellSettingError);
  });
});
