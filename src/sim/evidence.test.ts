import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { component, uint, type Design } from '../hdl/index.js';
import { lookForTool } from '../tools/index.js';
import {
  checkCosim,
  replayCommand,
  replayEvidence,
  sourceOf,
  type ExternalSimulator,
  type VerilogSource,
} from './index.js';

const found = await Promise.all((['verilator', 'iverilog', 'vvp'] as const).map((name) => lookForTool(name)));
const available = found.every((result) => result.found !== undefined);

const counter = (): Design =>
  component('counter', { in: { step: uint(8) }, out: { count: uint(16), half: uint(8) } }, ({ step }, m) => {
    const { sum } = m.regs({ sum: uint(16) });
    sum.next = sum.add(step).wrap(16);
    return { count: sum, half: sum.bits(15, 8) };
  }).design;

/** The emitted Verilog with a fault: one wrong bit once the count has reached 300. */
function faulty(design: Design): VerilogSource {
  const source = sourceOf(design);
  const files = source.files.map(({ name, text }) => ({
    name,
    text: text.replace(/assign half = (.*);/, "assign half = ($1) ^ {7'd0, sum >= 16'd300};"),
  }));
  return { ...source, files };
}

describe.runIf(available || process.env['CI'] !== undefined)('a failed comparison', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nomul-evidence-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each<ExternalSimulator>(['icarus', 'verilator'])(
    'leaves the shortest stimulus, waves of both sides and a replay in %s',
    async (simulator) => {
      const design = counter();
      const own = join(folder, simulator);
      const options = {
        cycles: 200,
        simulators: [simulator],
        folder: own,
      } as const;
      const failing = checkCosim(design, { ...options, source: faulty(design), favour: 'build' });
      await expect(failing).rejects.toThrow(/counter: half is \d+ in .* again: npx tsx .*replay\.ts /);
      // Two steps reach 300 together, and the third cycle shows it.
      const recipe: unknown = JSON.parse(readFileSync(join(own, 'replay.json'), 'utf8'));
      expect(recipe).toMatchObject({ first: { cycle: 2, port: 'half', expected: '1', got: '0' } });
      for (const file of ['compiled.vcd', `${simulator}.vcd`])
        expect(readFileSync(join(own, file), 'utf8')).toMatch(/\$var[^]*half[^]*\n#20\n/);
      const again = await replayEvidence(own, { favour: 'build' });
      expect(again).toMatchObject({ cycle: 2, port: 'half', expected: 1n, got: 0n });
      // With the fault taken out, the same evidence agrees.
      for (const { name, text } of sourceOf(design).files) writeFileSync(join(own, 'verilog', name), text);
      expect(await replayEvidence(own, { favour: 'build' })).toBeUndefined();
    },
    600_000,
  );

  it('is run again by the printed command', () => {
    const [program = '', ...args] = replayCommand(join(folder, 'icarus')).split(' ');
    expect(execFileSync(program, args, { encoding: 'utf8' })).toContain('all outputs agree in every cycle');
  });

  it('is told from agreement', async () => {
    const design = counter();
    const own = join(folder, 'fine');
    const options = {
      cycles: 50,
      simulators: ['icarus'],
      folder: own,
    } as const;
    expect(await checkCosim(design, options)).toMatchObject([{ mismatches: 0 }]);
    expect(existsSync(own)).toBe(false);
    await expect(replayEvidence(own)).rejects.toThrow(/no evidence/);
  });
});
