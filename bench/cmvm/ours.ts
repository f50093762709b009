/** Our side: Verilog with the baseline's port shape, kept by what it depends on, and solver runs. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { emitVerilog } from '../../src/hdl/index.js';
import { cmvm, sumModulePrefix, type CmvmParams } from '../../src/units/index.js';
import { workFolder, type Target } from './driver.js';
import type { Workload } from './workloads.js';

const facts = z.object({
  adders: z.number(),
  adderBits: z.number(),
  depth: z.number(),
  latencyCycles: z.number(),
  estimatedLuts: z.number(),
  estimatedRegisters: z.number(),
  cpuSeconds: z.number(),
});
export type Facts = z.infer<typeof facts>;

export interface Made {
  readonly file: string;
  readonly facts: Facts;
}

export type Choice = Pick<CmvmParams, 'objective' | 'extraDepth' | 'levelsPerStage'>;

/** Generates a unit, or finds it again while neither parameters nor the generator have changed. */
export const make = (workload: Workload, target: Target, choice: Choice): Made => {
  const { matrix, inputWidth, inputSigned } = workload;
  const params: CmvmParams = { name: 'dut', matrix, inputWidth, inputSigned, target, ...choice };
  const key = JSON.stringify([params, choice.extraDepth === Infinity, generator]);
  const folder = join(workFolder, 'ours');
  mkdirSync(folder, { recursive: true });
  const base = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32));
  const [file, kept] = [`${base}.v`, `${base}.json`];
  if (!existsSync(kept)) {
    const start = process.cpuUsage();
    const unit = cmvm(params);
    const { user, system } = process.cpuUsage(start);
    writeFileSync(file, verilogOf(unit.component.design));
    const found: Facts = {
      adders: unit.graph.adders.length,
      adderBits: unit.adderBits,
      depth: unit.levels,
      latencyCycles: unit.latencyCycles,
      estimatedLuts: unit.luts,
      estimatedRegisters: unit.registers,
      cpuSeconds: (user + system) / 1e6,
    };
    writeFileSync(kept, JSON.stringify(found));
  }
  return { file, facts: facts.parse(JSON.parse(readFileSync(kept, 'utf8'))) };
};

/** Adder boundaries are kept, as the baseline's own `dak` keeps its. */
const verilogOf = (design: Parameters<typeof emitVerilog>[0]): string =>
  emitVerilog(design)
    .files.filter(({ name }) => name.endsWith('.v'))
    .map(({ text }) => text)
    .join('\n')
    .replaceAll(new RegExp(`^module ${sumModulePrefix}`, 'gm'), `(* keep_hierarchy *)\n$&`);

/** Changes when a source of the unit does. */
const hashOfSources = (): string => {
  const folder = new URL('../../src/units/cmvm/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const hash = createHash('sha256');
  for (const name of sources.sort()) hash.update(readFileSync(new URL(name, folder)));
  return hash.digest('hex');
};
const generator = hashOfSources();
