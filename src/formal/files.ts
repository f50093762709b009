/** A counterexample as files: waves for people, and a test that fails until the design is mended. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Design } from '../hdl/index.js';
import { AssertionFailure, simulate, VcdWriter } from '../sim/index.js';
import { outputsOf } from './harness.js';
import { pokeCycle } from './replay.js';
import type { Counterexample } from './verdict.js';

/** Where a test finds a Design again. */
export interface Origin {
  /** What the test imports: a path relative to the test, or a package. */
  readonly module: string;
  /** An expression over the import `m` that gives the Design, for example `m.mac.design`. */
  readonly expression: string;
}

export interface CounterexampleFiles {
  /** Folder, made when missing. */
  readonly folder: string;
  /** Beginning of the file names. */
  readonly name: string;
  /** With two, their outputs are compared; with one, its own assertions are at fault. */
  readonly designs: readonly { readonly design: Design; readonly origin?: Origin }[];
  readonly counterexample: Counterexample;
  /** Module that exports `simulate`; default `nomul/sim`. */
  readonly simulator?: string;
}

/**
 * Writes `NAME.DESIGN.vcd` for each Design, and `NAME.test.ts` (vitest) when every Design has an origin. Returns the names of
 * the files. Files appear whole.
 */
export async function writeCounterexample(request: CounterexampleFiles): Promise<readonly string[]> {
  const { folder, name, designs, counterexample } = request;
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  for (const { design } of designs) {
    const file = `${name}.${design.name}.vcd`;
    await writeWaves(design, counterexample, join(folder, file));
    written.push(file);
  }
  const text = testText(request);
  if (text === undefined) return written;
  const file = `${name}.test.ts`;
  writeFileSync(`${join(folder, file)}.part`, text);
  renameSync(`${join(folder, file)}.part`, join(folder, file));
  return [...written, file];
}

async function writeWaves(design: Design, { cycles, inputs }: Counterexample, path: string): Promise<void> {
  const sim = simulate(design);
  const waves = new VcdWriter(sim, `${path}.part`);
  for (let cycle = 0; cycle < cycles; cycle++) {
    pokeCycle(sim, inputs, cycle);
    await waves.sample();
    try {
      sim.step();
    } catch (error) {
      if (!(error instanceof AssertionFailure)) throw error;
      break;
    }
  }
  await waves.close();
  renameSync(`${path}.part`, path);
}

/** The test, or undefined when a Design cannot be imported. */
function testText(request: CounterexampleFiles): string | undefined {
  const origins = request.designs.flatMap(({ origin }) => origin ?? []);
  const [first, second] = origins;
  if (first === undefined || origins.length !== request.designs.length) return undefined;
  const { counterexample, simulator = 'nomul/sim', designs } = request;
  const [a, b] = designs;
  const title =
    b === undefined ? `${a?.design.name} keeps its assertions` : `${a?.design.name} equals ${b.design.name}`;
  const body = a === undefined || b === undefined ? propertyBody() : comparisonBody(outputsOf(a.design));
  return [
    '// Written by nomul prove: a counterexample. It fails until the design is mended.',
    "import { expect, it } from 'vitest';",
    `import { simulate } from '${simulator}';`,
    `import * as a from '${first.module}';`,
    ...(second === undefined ? [] : [`import * as b from '${second.module}';`]),
    '',
    '/** Per clock cycle. */',
    'const inputs: Readonly<Record<string, readonly bigint[]>> = {',
    ...Object.entries(counterexample.inputs).map(
      ([port, values]) => `  ${port}: [${values.map((value) => `${value}n`).join(', ')}],`,
    ),
    '};',
    `const cycles = ${counterexample.cycles};`,
    '',
    `it(${JSON.stringify(title)}, () => {`,
    `  const left = simulate(${first.expression.replace(/^m\b/, 'a')});`,
    ...(second === undefined ? [] : [`  const right = simulate(${second.expression.replace(/^m\b/, 'b')});`]),
    ...body,
    '});',
    '',
  ].join('\n');
}

const pokes = (sim: string): readonly string[] => [
  '    for (const [port, values] of Object.entries(inputs))',
  `      if (port !== 'rst' || ${sim}.design.usesReset) ${sim}.poke(port, values[cycle] ?? 0n);`,
];

const propertyBody = (): readonly string[] => [
  '  for (let cycle = 0; cycle < cycles; cycle++) {',
  ...pokes('left'),
  '    expect(() => left.step()).not.toThrow();',
  '  }',
];

const comparisonBody = (outputs: readonly { readonly name: string }[]): readonly string[] => [
  `  const outputs = [${outputs.map(({ name }) => `'${name}'`).join(', ')}];`,
  '  for (let cycle = 0; cycle < cycles; cycle++) {',
  ...pokes('left'),
  ...pokes('right'),
  '    if (cycle === cycles - 1)',
  '      for (const port of outputs) expect([cycle, port, left.peek(port)]).toEqual([cycle, port, right.peek(port)]);',
  '    left.step();',
  '    right.step();',
  '  }',
];
