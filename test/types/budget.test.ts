/** What the language's types cost a program that uses it, so that an expensive type shows up here and not in an editor. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/**
 * About 15 percent above what the check needed when the number was set; lower it when types become cheaper.
 * 11,660 with nine units, 24,971 with thirty. */
const instantiationBudget = 28_700;

const sources = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && (folder === 'examples' || !name.endsWith('.test.ts')))
    .map((name) => join(root, folder, name));

describe('type checking the examples and units', () => {
  it('stays within its budget of type instantiations', () => {
    const read: { readonly config?: unknown } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
      ts.sys.readFile(path),
    );
    const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
    const program = ts.createProgram([...sources('examples'), ...sources('src/units')], options);
    for (const file of program.getSourceFiles()) {
      if (/[\\/](?:examples|src[\\/]units)[\\/]/.test(file.fileName)) program.getSemanticDiagnostics(file);
    }
    const used = program.getInstantiationCount();
    console.log(`type instantiations: ${used} of ${instantiationBudget}`);
    expect(used).toBeGreaterThan(1000);
    expect(used).toBeLessThanOrEqual(instantiationBudget);
  });
});
