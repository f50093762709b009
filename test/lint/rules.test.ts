/** The published ESLint rules, on code that TypeScript accepts. */
import { ESLint, Linter } from 'eslint';
import { resolve } from 'node:path';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/lint/index.js';

const preamble = `import type { Signal } from 'nowhere';
import { UInt, SInt, UIntReg, SFixed } from '../../src/hdl/index.js';
declare const a: UInt, b: UInt, s: SInt, r: UIntReg, f: SFixed, n: number, t: string;
declare const optional: UInt | undefined, either: UInt | SInt;
declare const bits: readonly UInt[];
`;
const folder = import.meta.dirname;
const linter = new Linter({ cwd: folder });
const config: Linter.Config[] = [
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.ts'] },
        tsconfigRootDir: folder,
      },
    },
  },
  plugin.configs.recommended,
];

interface Report {
  readonly rule: string;
  readonly message: string;
  /** The line after the fix or suggestion. */
  readonly becomes: string | undefined;
}

const lint = (line: string): readonly Report[] => {
  const code = `${preamble}${line}\n`;
  const messages = linter.verify(code, config, { filename: resolve(folder, 'sample.ts') });
  return messages.map(({ ruleId, message, fix, suggestions }) => {
    const edit = fix ?? suggestions?.[0]?.fix;
    const becomes =
      edit === undefined ? undefined : code.slice(0, edit.range[0]) + edit.text + code.slice(edit.range[1]);
    return { rule: ruleId ?? '', message, becomes: becomes?.slice(preamble.length).trimEnd() };
  });
};

describe('nomul/eslint', () => {
  it.each([
    ['condition', 'if (a) { n; }', undefined],
    ['condition', 'if (n > 0 && r) { n; }', undefined],
    ['condition', 'while (a) { n; }', undefined],
    ['condition', 'const x = a ? b : r;', 'const x = a.mux(b, r);'],
    ['condition', 'const x = !a;', 'const x = a.not();'],
    ['condition', 'const x = a.lt(b) && r;', 'const x = a.lt(b).and(r);'],
    ['condition', 'const x = either || n;', 'const x = either.or(n);'],
    ['comparison', 'const x = a < b;', 'const x = a.lt(b);'],
    ['comparison', 'const x = 3 >= r;', 'const x = r.le(3);'],
    ['comparison', 'const x = a === bits[0];', 'const x = a.eq(bits[0]);'],
    ['comparison', 'const x = (optional ?? a) != b;', 'const x = (optional ?? a).ne(b);'],
    ['comparison', 'const x = f > f;', 'const x = f.gt(f);'],
    ['arithmetic', 'const x = s + 1;', 'const x = s.add(1);'],
    ['arithmetic', 'const x = 2 * s;', 'const x = s.mul(2);'],
    ['arithmetic', 'const x = a << 2;', 'const x = a.shl(2);'],
    ['arithmetic', 'const x = -s;', 'const x = s.neg();'],
    ['arithmetic', 'const x = 1 - s;', undefined],
    ['arithmetic', 'const x = a / 2;', undefined],
    ['arithmetic', 'let x = a; x += b;', undefined],
    ['template', 'const x = `${a}`;', undefined],
  ])('no-signal-%s: %s', (rule, line, becomes) => {
    const reports = lint(line);
    expect(reports.map((report) => [report.rule, report.becomes])).toEqual([
      [`nomul/no-signal-${rule}`, becomes],
    ]);
    expect(reports[0]?.message).toMatch(/write|There is no|name it/);
  });

  it.each([
    ['if (optional) { n; }'],
    ['const x = optional === undefined ? a : optional;'],
    ['const x = optional ?? a;'],
    ['const x = a.lt(b).mux(a, b);'],
    ['const x = n < 3 && t === `${n}`;'],
    ['const x = bits.length > 0 ? bits[0] : undefined;'],
    ['class UInt2 { kind = 1 } const x = new UInt2() ? 1 : 2;'],
  ])('accepts %s', (line) => {
    expect(lint(line)).toEqual([]);
  });

  it('is configured for our own units and examples', async () => {
    const eslint = new ESLint({ cwd: resolve(folder, '../..') });
    for (const file of ['src/units/ternary-pe/unit.ts', 'examples/accelerator.test.ts']) {
      const found: unknown = await eslint.calculateConfigForFile(file);
      expect(found).toHaveProperty(['rules', 'nomul/no-signal-condition', 0], 2);
    }
  });
});
