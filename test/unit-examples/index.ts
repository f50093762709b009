/** Designs of every unit, a file per family: each file here exports `examples`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Design } from '../../src/hdl/index.js';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && file !== 'index.ts');

const examplesOf = async (file: string): Promise<readonly Design[]> => {
  const module: { readonly examples?: readonly Design[] } = await import(join(import.meta.dirname, file));
  if (module.examples === undefined) throw new Error(`test/unit-examples/${file} exports no examples`);
  return module.examples;
};

export const unitExamples: readonly Design[] = (await Promise.all(files.sort().map(examplesOf))).flat();
