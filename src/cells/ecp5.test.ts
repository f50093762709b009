import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { array, bit, clockDomain, component, emitVerilog, sint, uint } from '../hdl/index.js';
import { createRandom } from '../num/index.js';
import { cosimulate, simulate, sourceOf } from '../sim/index.js';
import { findDevice, netlistSimulationFiles, synthesize } from '../synth/index.js';
import { ccu2c, CellSettingError, dp16kd, ehxpllL, ehxpllLMHz, mult18x18d } from './index.js';

vi.setConfig({ testTimeout: 900_000 });

const random = createRandom(11);
const words = (count: number, width: number): readonly number[] =>
  Array.from({ length: count }, () => random.integer(0, 2 ** width - 1));
/** The bits of 0 to 7. */
const switches = Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((j) => ((i >> j) & 1) === 1));

const IN = {
  ...{ a: sint(18), b: sint(18), carry: uint(9) },
  ...{ write: bit, read: bit, at: uint(11), from: uint(11), data: uint(18), mask: uint(2) },
};
const OUT = {
  ...{ signed: array(8, sint(36)), unsigned: array(8, uint(36)), carries: array(16, uint(3)) },
  ...{ word18: uint(18), word9: uint(9), empty: uint(9) },
};

const wide = dp16kd({ width: 18, init: words(1024, 18) });
const narrow = dp16kd({ width: 9, init: words(2048, 9) });
const empty = dp16kd({ width: 9 });
/** An adder's tables, then random ones, in every combination of injection. */
const chains = Array.from({ length: 16 }, (_, i) => {
  const [init0 = 0, init1 = 0] = i < 4 ? [0x96aa, 0x96aa] : words(2, 16);
  return ccu2c({ init0, init1, inject0: (i & 1) === 1, inject1: (i & 2) === 2 });
});

/** Every combination of settings of the multiplier, both RAMs and 16 carry cells, on the same inputs. */
const cells = component('all_ecp5', { in: IN, out: OUT }, (inputs) => {
  const { a, b, carry, write, read, at, from, data, mask } = inputs;
  const multipliers = switches.map(
    ([inputRegister = false, pipelineRegister = false, outputRegister = false]) => ({
      signed: mult18x18d({ signed: true, inputRegister, pipelineRegister, outputRegister }),
      unsigned: mult18x18d({ signed: false, inputRegister, pipelineRegister, outputRegister }),
    }),
  );
  const apart = write.and(at.bits(9, 0).ne(from.bits(9, 0)));
  const ports = {
    writeEnable: apart,
    readEnable: read,
    writeAddress: at,
    readAddress: from,
    data: data.bits(8, 0),
  };
  return {
    signed: multipliers.map(({ signed }, i) => signed(`s_${i}`, { a, b }).product),
    unsigned: multipliers.map(
      ({ unsigned }, i) => unsigned(`u_${i}`, { a: a.asUint(), b: b.asUint() }).product,
    ),
    carries: chains.map((cell, i) => {
      const [low, high] = [0, 4].map((first) => [0, 1, 2, 3].map((index) => carry.bit(first + index)));
      const [A0 = 0, B0 = 0, C0 = 0, D0 = 0] = low ?? [];
      const [A1 = 0, B1 = 0, C1 = 0, D1 = 0] = high ?? [];
      const { S0, S1, COUT } = cell(`carry_${i}`, { CIN: carry.bit(8), A0, B0, C0, D0, A1, B1, C1, D1 });
      return S0.add(S1.shl(1)).add(COUT.shl(2)).wrap(3);
    }),
    word18: wide('ram_18', {
      ...{ writeEnable: apart, readEnable: read, data, writeMask: mask },
      ...{ writeAddress: at.bits(9, 0), readAddress: from.bits(9, 0) },
    }).word,
    word9: narrow('ram_9', ports).word,
    empty: empty('ram_empty', ports).word,
  };
});

const fast = clockDomain('fast');
const settings = { referenceMHz: 25, clkiDiv: 1, clkfbDiv: 4, clkopDiv: 6 };
const pll = ehxpllL({ ...settings, drives: fast, lockCycles: 3 });

describe('the models of ECP5 cells', () => {
  it('equal the cell models of the netlist simulation for every combination of settings', async () => {
    const models = netlistSimulationFiles({ family: 'ecp5' });
    const source = sourceOf(cells.design);
    const addresses = words(12, 11);
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
          ...models.map((file) => ({ name: 'ecp5_cells.v', text: readFileSync(file, 'utf8') })),
        ],
      },
    });
    expect(result).toMatchObject({ mismatches: 0, cycles, unknownBits: 0 });
  });

  it('are Verilog that Yosys maps to those cells', async () => {
    const top = component(
      'ecp5_top',
      { in: { reset: bit, ...IN }, out: { clock: fast.port(bit), locked: bit, any: bit } },
      ({ reset, ...inputs }) => {
        const { signed, unsigned, carries, ...read } = cells('cells', inputs);
        const all = [...signed, ...unsigned, ...carries, ...Object.values(read)];
        return {
          ...pll('pll', { reset }),
          any: all.map((word) => word.xorReduce()).reduce((x, y) => x.xor(y)),
        };
      },
    );
    const files = emitVerilog(top.design).files.filter(({ name }) => name.endsWith('.v'));
    expect(files.map(({ text }) => text).join('')).toContain('(* ICP_CURRENT = "12" *)');
    const { counts } = await synthesize({
      verilogFiles: files,
      top: 'ecp5_top',
      device: findDevice('ecp5-25k'),
      options: { dsp: false, abc9: false },
    });
    expect(counts.cells).toMatchObject({ MULT18X18D: 16, DP16KD: 3, EHXPLLL: 1 });
    expect(counts.carries).toBe(16);
  });
});

describe('DP16KD', () => {
  it('is not read where it is written', () => {
    const sim = simulate(empty.design);
    for (const port of ['write_enable', 'read_enable']) sim.poke(port, 1);
    expect(() => sim.step()).toThrow(/words/);
  });
});

describe('EHXPLLL', () => {
  it('locks some reference cycles after its reset', () => {
    const sim = simulate(pll.design);
    const locked = (): bigint => {
      sim.step();
      return sim.peek('locked');
    };
    expect(Array.from({ length: 5 }, locked)).toEqual([0n, 0n, 1n, 1n, 1n]);
    sim.poke('reset', 1);
    expect(locked()).toBe(0n);
  });

  it('runs within its limits only', () => {
    expect(ehxpllLMHz(settings)).toBe(100);
    for (const wrong of [
      { referenceMHz: 7 },
      { clkiDiv: 9 },
      { clkfbDiv: 17 },
      { clkopDiv: 3 },
      { clkopDiv: 9 },
    ])
      expect(() => ehxpllLMHz({ ...settings, ...wrong }), JSON.stringify(wrong)).toThrow(CellSettingError);
  });
});
