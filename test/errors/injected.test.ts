/** Every kind of mistake of the catalogue inside random components: found, with its code, and with nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HdlError } from '../../src/hdl/index.js';
import { program } from '../fuzz/arbitrary.js';
import { elaborateProgram } from '../fuzz/elaborate.js';
import { mistakes, type Mistake } from '../fuzz/mistakes.js';
import { choose } from '../fuzz/operations.js';
import type { Program } from '../fuzz/program.js';

/** What elaborating a program with a mistake at the end of its first component throws. */
function caught(valid: Program, mistake: Mistake, n: number): unknown {
  const single = { ...valid, modules: valid.modules.slice(0, 1) };
  let afterwards: (() => void) | undefined;
  try {
    elaborateProgram(single, 'wrong', (m, values) => {
      afterwards = mistake({ m, values, n });
    });
    afterwards?.();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(mistakes))('%s', (code, variants) => {
  it('is found in any component, and is what is reported', () => {
    const runs = fc.tuple(program, fc.nat(variants.length - 1), fc.nat(50));
    fc.assert(
      fc.property(runs, ([valid, variant, n]) => {
        const error = caught(valid, choose(variants, variant), n);
        expect(error).toBeInstanceOf(HdlError);
        if (!(error instanceof HdlError)) return;
        expect(error.code, error.message).toBe(code);
      }),
      { numRuns: 12, seed: 4 },
    );
  });
});
