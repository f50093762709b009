import { describe, expect, it } from 'vitest';
import { lintVerilog } from '../../test/helpers/lint.js';
import { examples } from '../../test/unit-examples/first.js';
import { emitVerilog } from '../hdl/index.js';

// test/units-all.test.ts lints all of them, in one run of a faster linter.
describe('Verilog of the units', () => {
  it.each(examples.map((design) => [design.name, design] as const))('%s is clean', async (_name, design) => {
    expect(await lintVerilog(emitVerilog(design).files, design.name)).toBe('');
  });
});
