import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bit, component, sint, uint, type Design } from '../hdl/index.js';
import { lookForTool } from '../tools/index.js';
import {
  cosimulate,
  firstDifference,
  runIcarusStreams,
  runStreams,
  runVerilatorStreams,
  sourceOf,
  VcdWriter,
  simulate,
  type CosimOptions,
  type StreamBench,
  type VerilogSource,
} from './index.js';

const found = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((result) => result.found !== undefined);
if (!available)
  console.warn(
    'co-simulation tests skipped: verilator, iverilog or vvp is missing (make setup installs them)',
  );

/** Widths at every representation of Verilator's ports; registers, wires, memories, hierarchy, resets. */
const mixedDesign = (): Design => {
  const inner = component(
    'accumulate',
    { in: { en: bit, x: sint(33) }, out: { total: sint(65), low: sint(8) } },
    ({ en, x }, m) => {
      const { sum } = m.regs({ sum: sint(65) }, { reset: -4 });
      m.when(en, () => {
        sum.next = sum.add(x).wrap(65);
      });
      return { total: sum, low: sum.wrap(8) };
    },
  );
  return component(
    'mixed',
    {
      in: { en: bit, mode: uint(2), a: sint(33), b: uint(8), wide: uint(130), address: uint(4), write: bit },
      out: {
        total: sint(65),
        folded: uint(130),
        bits: uint(16),
        product: sint(42),
        later: sint(8),
        less: bit,
        picked: sint(34),
      },
    },
    ({ en, mode, a, b, wide, address, write }, m) => {
      const { total, low } = inner('inner', { en, x: a });
      const { mixed } = m.regs({ mixed: uint(130) });
      const { choice } = m.wires({ choice: sint(34) }, { default: 7 });
      m.switchValue(mode, [
        { value: 0, body: () => (choice.value = a) },
        { value: 1, body: () => (choice.value = a.sub(b.toSint())) },
        { value: 3, body: () => (mixed.next = wide.xor(mixed)) },
      ]);
      const store = m.memory('store', {
        word: { x: sint(8), y: uint(3) },
        depth: 16,
        init: [[1, -2, 3], [7]],
      });
      store.write(address, { x: low, y: mode.add(1).wrap(3) }, { enable: write });
      const { x } = store.read(address, en);
      return {
        total,
        folded: mixed,
        bits: wide.bits(100, 85),
        product: a.mul(b.toSint()),
        later: x,
        less: a.lt(b.toSint()),
        picked: choice,
      };
    },
  ).design;
};

const stage = (): Design =>
  component(
    'stage',
    {
      in: { in_data: sint(40), in_valid: bit, in_last: bit, out_ready: bit, scale: uint(3) },
      out: { in_ready: bit, out_data: sint(43), out_valid: bit, out_last: bit },
    },
    ({ in_data, in_valid, in_last, out_ready, scale }, m) => {
      const { full, data, last } = m.regs({ full: bit, data: sint(40), last: bit });
      const ready = full.not().or(out_ready);
      m.when(ready, () => {
        full.next = in_valid;
        data.next = in_data;
        last.next = in_last;
      });
      return { in_ready: ready, out_data: data.mul(scale.toSint()), out_valid: full, out_last: last };
    },
  ).design;

const bench: StreamBench = {
  input: { payload: ['in_data'], valid: 'in_valid', ready: 'in_ready', last: 'in_last' },
  output: { payload: ['out_data'], valid: 'out_valid', ready: 'out_ready', last: 'out_last' },
  values: [Array.from({ length: 300 }, (_, i) => (i - 150) * 1_000_000_007)],
  isLast: (beat) => beat % 50 === 49,
  constants: { scale: 5 },
  outputBeats: 300,
  extraCycles: 20,
  gaps: 0.3,
  stalls: 0.4,
  seed: 11,
};

/** Replaces one piece of the emitted Verilog. */
const withFault = (source: VerilogSource, from: string | RegExp, to: string): VerilogSource => {
  const files = source.files.map(({ name, text }) => ({ name, text: text.replace(from, to) }));
  if (files.every(({ text }, i) => text === source.files[i]?.text))
    throw new Error('the fault changes nothing');
  return { ...source, files };
};

describe('runStreams', () => {
  it('delivers every beat in order whatever the gaps and stalls', () => {
    for (const [gaps, stalls] of [
      [0, 0],
      [0.5, 0],
      [0, 0.9],
      [0.7, 0.7],
    ] as const) {
      const result = runStreams(stage(), { ...bench, gaps, stalls });
      expect(result.beats.map(({ values }) => Number(values[0]))).toEqual(
        Array.from({ length: 300 }, (_, i) => (i - 150) * 5_000_000_035),
      );
      expect(result.beats.map(({ last }) => last)).toEqual(
        Array.from({ length: 300 }, (_, i) => i % 50 === 49),
      );
      expect(result.cycles).toBe((result.beats.at(-1)?.cycle ?? 0) + 21);
      if (gaps + stalls === 0) expect(result.cycles).toBe(321);
      else expect(result.cycles).toBeGreaterThan(400);
    }
  });

  it('ends at the greatest number of cycles', () => {
    const result = runStreams(stage(), { ...bench, maxCycles: 50 });
    expect(result.cycles).toBe(50);
    expect(result.beats.length).toBeLessThan(50);
  });

  it('names the first difference', () => {
    const result = runStreams(stage(), bench);
    expect(firstDifference(result, result)).toBeUndefined();
    const beats = result.beats.map((beat, i) => (i === 3 ? { ...beat, cycle: beat.cycle + 1 } : beat));
    expect(firstDifference(result, { ...result, beats })).toMatch(
      /^output beat 3: expected -735000005145 in cycle \d+, got/,
    );
  });
});

describe.runIf(available || process.env['CI'] !== undefined)('co-simulation', () => {
  let cache = '';
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'nomul-cosim-test-'));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));
  const options = (): CosimOptions => ({ cycles: 2000, simulators: ['verilator', 'icarus'] });

  it('finds all simulators equal', async () => {
    const results = await cosimulate(mixedDesign(), options());
    expect(results.map(({ simulator, cycles, mismatches }) => ({ simulator, cycles, mismatches }))).toEqual([
      { simulator: 'verilator', cycles: 2000, mismatches: 0 },
      { simulator: 'icarus', cycles: 2000, mismatches: 0 },
    ]);
    // Only the registered read before its first enable is unknown.
    expect(results[1]?.unknownBits).toBeLessThan(200);
  });

  it('catches one wrong bit and says where', async () => {
    const design = mixedDesign();
    const source = withFault(
      sourceOf(design),
      /assign bits = (.*);/,
      "assign bits = ($1) ^ (b == 8'd77 ? 16'd64 : 16'd0);",
    );
    const [result] = await cosimulate(design, { ...options(), simulators: ['icarus'], source });
    expect(result?.mismatches).toBeGreaterThan(0);
    const { first } = result ?? {};
    expect(first).toMatchObject({ port: 'bits' });
    expect((first?.expected ?? 0n) ^ (first?.got ?? 0n)).toBe(64n);
  });

  it('runs streams with equal beats and cycles', async () => {
    const design = stage();
    const expected = runStreams(design, bench);
    const source = sourceOf(design);
    expect(firstDifference(expected, await runVerilatorStreams(source, bench))).toBeUndefined();
    expect(firstDifference(expected, await runIcarusStreams(source, bench, { cache }))).toBeUndefined();
    const faulty = withFault(
      source,
      /assign in_ready = (.*);/,
      "assign in_ready = $1 & (data[3:0] != 4'd5);",
    );
    expect(firstDifference(expected, await runIcarusStreams(faulty, bench, { cache }))).toMatch(/expected/);
  });

  it('uses the cached build the second time', async () => {
    const first = await cosimulate(stage(), { cycles: 10, simulators: ['icarus'], cache });
    const again = await cosimulate(stage(), { cycles: 10, simulators: ['icarus'], cache });
    expect(again).toEqual(first);
  });
});

describe('VcdWriter', () => {
  it('writes scopes, the first values and then changes', async () => {
    const half = component('half', { in: { x: uint(4) }, out: { y: uint(3) } }, ({ x }, m) => {
      const { kept } = m.regs({ kept: uint(3) });
      kept.next = x.shr(1);
      return { y: kept };
    });
    const top = component('top', { in: { x: uint(4) }, out: { y: uint(3), odd: bit } }, ({ x }) => ({
      y: half('half', { x }).y,
      odd: x.bits(0, 0),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'nomul-vcd-'));
    try {
      const file = join(folder, 'waves.vcd');
      const sim = simulate(top.design);
      const waves = new VcdWriter(sim, file, { signals: ['x', 'odd', 'half.kept'] });
      for (const x of [6, 7, 7, 1]) {
        sim.poke('x', x);
        await waves.sample();
        sim.step();
      }
      await waves.close();
      expect(readFileSync(file, 'utf8')).toBe(GOLDEN_VCD);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const GOLDEN_VCD = `$version nomul $end
$timescale 1ns $end
$scope module top $end
$var wire 4 ! x [3:0] $end
$var wire 1 " odd $end
$scope module half $end
$var wire 3 # kept [2:0] $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
b110 !
0"
b0 #
$end
#10
b111 !
1"
b11 #
#30
b1 !
#50
`;
