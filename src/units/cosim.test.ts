/** The units' Verilog in Verilator and Icarus against the compiled simulator (which the unit tests hold to the models). */

import { describe, expect, it } from 'vitest';
import { array, bit, component, sint, uint, type Design } from '../hdl/index.js';
import { createRandom } from '../num/index.js';
import { cosimulate } from '../sim/index.js';
import { lookForTool } from '../tools/index.js';
import { intDot, recodedDot, requantize, ternaryDot, ternaryPe } from './index.js';

const found = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((result) => result.found !== undefined);
if (!available)
  console.warn(
    'co-simulation of the units skipped: verilator, iverilog or vvp is missing (make setup installs them)',
  );

const cycles = 3000;
/** A value is kept, and nothing combined, until the pipeline has filled: before that Icarus knows no sum. */
const fillCycles = 20;

/** One of each unit side by side, because compiling for Verilator is what takes the time. */
const allUnits = (): Design => {
  const dot = ternaryDot({ rows: 13, actWidth: 9 });
  const pe = ternaryPe({ actWidth: 8, psumWidth: 11, resultWidth: 11 });
  const ints = intDot({ products: 5, actWidth: 9, weightWidth: 8, operandStages: 1 });
  const recoded = recodedDot({ products: 5, actWidth: 9, weightWidth: 7 });
  const scale = requantize({
    accWidth: 21,
    multiplierWidth: 16,
    addendWidth: 38,
    sumWidth: 40,
    shiftMin: 0,
    shiftMax: 37,
    resultWidth: 9,
    ties: true,
    pairs: true,
    pairDepth: 2,
    multiplierStages: 2,
  });
  return component(
    'all_units',
    {
      in: {
        dot: { act: array(13, sint(9)), weight: array(13, uint(2)) },
        pe: { psum: sint(11), act: sint(8), weight: uint(2) },
        ints: { act: array(5, sint(9)), weight: array(5, sint(8)) },
        recoded: { act: array(5, sint(9)), weight: array(5, sint(7)) },
        factors: { acc: sint(21), multiplier: sint(16), addend: sint(38), shift: uint(6) },
        bounds: { lo: sint(9), hi: sint(9), zeroPoint: sint(9), tieMode: uint(2) },
        hold: bit,
        combine: bit,
      },
      out: {
        dot_sum: sint(dot.sumWidth),
        pe_result: sint(11),
        int_sum: sint(ints.sumWidth),
        recoded_sum: sint(recoded.sumWidth),
        value: sint(9),
      },
    },
    (inputs) => ({
      dot_sum: dot.component('ternary_dot', inputs.dot).sum,
      pe_result: pe.component('ternary_pe', inputs.pe).result,
      int_sum: ints.component('int_dot', inputs.ints).sum,
      recoded_sum: recoded.component('recoded_dot', inputs.recoded).sum,
      value: scale.component('requantizer', {
        ...inputs.factors,
        ...inputs.bounds,
        hold: inputs.hold,
        combine: inputs.combine,
      }).value,
    }),
  ).design;
};

const pairFlags = (): Readonly<Record<string, bigint[]>> => {
  const random = createRandom(5);
  const flag = (early: bigint): bigint[] =>
    Array.from({ length: cycles }, (_, cycle) => (cycle < fillCycles ? early : BigInt(random.uint32() & 1)));
  return { hold: flag(1n), combine: flag(0n) };
};

describe.runIf(available || process.env['CI'] !== undefined)('units in Verilator and Icarus', () => {
  it('do in every cycle what the compiled simulator does', async () => {
    const design = allUnits();
    const results = await cosimulate(design, {
      cycles,
      stimulus: pairFlags(),
      simulators: ['verilator', 'icarus'],
    });
    expect(results.map(({ simulator, first }) => [simulator, first])).toEqual([
      ['verilator', undefined],
      ['icarus', undefined],
    ]);
    // Icarus knows everything once the pipelines have filled.
    for (const { unknownBits } of results) expect(unknownBits).toBeLessThan(fillCycles * 100);
  });
});
