/** What the cmvm unit says it costs beside what Yosys (npm) counts; boundaries of kept adders. */
import { describe, expect, it } from 'vitest';
import { emitVerilog } from '../src/hdl/index.js';
import { createRandom } from '../src/num/index.js';
import { cmvm, sumModulePrefix } from '../src/units/index.js';
import { mapped } from './helpers/mapped.js';

const matrixOf = (most: number, seed: number): readonly (readonly number[])[] => {
  const random = createRandom(seed);
  return Array.from({ length: 8 }, () => Array.from({ length: 8 }, () => random.integer(-most, most)));
};

const cases = (['ice40', 'ecp5'] as const).flatMap((target) =>
  [1, 20].map((most) => ({
    target,
    most,
    params: {
      name: 'dut',
      matrix: matrixOf(most, 7),
      inputWidth: 8,
      inputSigned: true,
      target,
      effort: 1e4,
    },
  })),
);

describe('the cost of a constant matrix', () => {
  const counted = async (params: Parameters<typeof cmvm>[0]) => {
    const { component } = cmvm(params);
    const keepHierarchy = emitVerilog(component.design)
      .files.map(({ name }) => name.replace(/\.v$/, ''))
      .filter((name) => name.startsWith(sumModulePrefix));
    return (await mapped(component.design, params.target, { dsp: false, keepHierarchy })).counts;
  };

  it.each(cases)(
    'is within 4 % of synthesis: weights to $most on $target',
    async ({ params }) => {
      const { luts, registers } = cmvm(params);
      const found = await counted(params);
      expect(Math.abs(luts / found.luts - 1)).toBeLessThan(0.04);
      expect(Math.abs(registers / found.registers - 1)).toBeLessThan(0.04);
    },
    600_000,
  );

  it('stays about the same without registers, since adders keep their boundaries', async () => {
    const params = {
      name: 'dut',
      matrix: matrixOf(1, 7),
      inputWidth: 8,
      inputSigned: true,
      target: 'ecp5' as const,
      effort: 1e4,
      levelsPerStage: 0,
    };
    const found = await counted(params);
    expect(found.registers).toBe(0);
    expect(Math.abs(cmvm(params).luts / found.luts - 1)).toBeLessThan(0.04);
  }, 600_000);
});
