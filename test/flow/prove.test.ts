import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nomul, temporaryFolder } from './nomul.js';

const folder = temporaryFolder();
const fixtures = join(import.meta.dirname, '../formal/fixtures/designs.ts');
const out = join(folder, 'found');

const envelope = z.object({
  exitCode: z.int(),
  result: z
    .object({
      statements: z.array(
        z.object({
          statement: z.string(),
          verdict: z.string(),
          detail: z.string(),
          counterexample: z
            .object({ confirmed: z.boolean(), inputs: z.record(z.string(), z.array(z.string())) })
            .nullable(),
        }),
      ),
      files: z.array(z.string()),
    })
    .nullable(),
  problems: z.array(z.object({ code: z.string() })),
});

describe('nomul prove', { timeout: 600_000 }, () => {
  it('says what is refuted, and leaves waves and a test', async () => {
    const words = [`${fixtures}#adder`, '--against', `${fixtures}#rarelyWrongAdder`, '--out', out, '--json'];
    const { exitCode, stdout, stderr } = await nomul(['prove', ...words]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'refuted adder equals rarely_wrong_adder: in cycle 0: sum is -1057 in adder and 0 in rarely_wrong_adder',
    );
    const { result, problems } = envelope.parse(JSON.parse(stdout));
    expect(problems).toMatchObject([{ code: 'REFUTED' }]);
    expect(result?.statements[0]?.counterexample).toEqual({
      confirmed: true,
      inputs: { x: ['-1348'], y: ['291'] },
    });
    const stem = 'adder-vs-rarely_wrong_adder';
    expect(readdirSync(out).sort()).toEqual([
      `${stem}.adder.vcd`,
      `${stem}.rarely_wrong_adder.vcd`,
      `${stem}.test.ts`,
    ]);
    expect(result?.files).toHaveLength(3);
  });

  it('proves a proof that a file describes', async () => {
    const { exitCode, stderr } = await nomul(['prove', `${fixtures}#proof`, '--quiet']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^proved delay equals hold: for all inputs and all time, by window/);
  });

  it.each([
    ['nowhere.ts', 'nowhere.ts: no such file'],
    [`${fixtures}#nothing`, 'exports no nothing; write FILE#NAME with one of its exports: accumulator200'],
    [`${fixtures}#notHardware`, 'is neither a component nor a Design'],
    [`${fixtures}#adder`, 'adder has neither m.assert nor m.cover'],
    [`${fixtures}#modelProof`, 'adder has 24 input bits; a model is enumerated up to 16'],
    [join(import.meta.dirname, '../../README.md'), 'cannot be loaded'],
  ])('refuses %s with exit code 2', async (design, message) => {
    const { exitCode, stderr } = await nomul(['prove', design, '--quiet']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  });
});
