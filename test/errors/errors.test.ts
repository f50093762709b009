import { describe, expect, it } from 'vitest';
import { errorCatalogue, HdlError } from '../../src/hdl/index.js';
import { errorDocs } from '../../src/hdl/error-docs.js';
import { cases } from './cases/index.js';

describe.each(Object.entries(cases))('%s', (code, program) => {
  it('is what its program makes, and its message helps', async () => {
    let caught: unknown;
    try {
      program();
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(HdlError);
    if (!(caught instanceof HdlError)) return;
    expect(caught.code).toBe(code);
    expect(caught.locations.length, 'the message names a place').toBeGreaterThan(0);
    await expect(`${caught.message}\n`).toMatchFileSnapshot(`messages/${code}.txt`);
  });
});

it('every code of the catalogue has a program', () => {
  expect(Object.keys(cases)).toEqual(Object.keys(errorCatalogue));
});

it('docs/errors.md is current (npx vitest run test/errors -u rewrites it)', async () => {
  await expect(errorDocs()).toMatchFileSnapshot('../../docs/errors.md');
});
