import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  proveAllEquivalent,
  proveAllModels,
  proveEquivalent,
  proveModel,
  proveProperties,
  writeCounterexample,
} from '../../src/formal/index.js';
import { component, external, sint, uint } from '../../src/hdl/index.js';
import { PACKAGE_ROOT, runProcess } from '../../src/tools/index.js';
import {
  accumulator200,
  accumulator201,
  adder,
  complementAccumulator,
  delay,
  hold,
  rarelyWrongAdder,
  safeCounter,
  unsafeCounter,
} from './fixtures/designs.js';

const folder = join(PACKAGE_ROOT, '.cache', `test-formal-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Several runs of the tool, on a loaded machine. */
const patience = 600_000;

describe('equivalence', { timeout: patience }, () => {
  it('is proved, refuted or bounded, and every counterexample is seen by the simulator too', async () => {
    const pairs = {
      'same function': [adder, adder],
      'one input of 2^24': [adder, rarelyWrongAdder],
      'other state': [accumulator200, complementAccumulator],
      'a late difference': [accumulator200, accumulator201],
      'power-up': [delay, hold],
    } as const;
    const tasks = Object.values(pairs).map(([a, b]) => ({ a: a.design, b: b.design }));
    const shallow = { a: accumulator200.design, b: accumulator201.design, depth: 6 };
    const settled = { a: delay.design, b: hold.design, settleCycles: 1 };
    const verdicts = await proveAllEquivalent([...tasks, shallow, settled]);
    expect(
      verdicts.map(({ verdict, method, depth, counterexample }) => [
        verdict,
        method,
        depth ?? counterexample?.cycles,
        counterexample?.confirmed,
      ]),
    ).toEqual([
      ['proved', 'correspondence', undefined, undefined],
      ['refuted', 'window', 1, true],
      ['proved', 'induction', undefined, undefined],
      ['refuted', 'induction', 17, true],
      ['refuted', 'induction', 1, false],
      ['bounded', 'induction', 6, undefined],
      ['proved', 'window', undefined, undefined],
    ]);
    expect(verdicts[1]?.counterexample?.inputs).toEqual({ x: [-1348n], y: [291n] });
    expect(verdicts[1]?.counterexample?.observed).toBe('sum is -1057 in adder and 0 in rarely_wrong_adder');
  });

  it('refuses what it cannot put to a prover, in one sentence', async () => {
    const cell = external('SB_SOMETHING', { in: { x: uint(4) }, out: { y: uint(4) } });
    const user = component('user', { in: { x: uint(4) }, out: { y: uint(4) } }, ({ x }) =>
      cell('something', { x }),
    );
    await expect(proveEquivalent(adder.design, delay.design)).rejects.toThrow(
      'adder and delay cannot be compared: only adder has in x : sint(12), in y : sint(12), out sum : sint(13)',
    );
    await expect(proveEquivalent(user.design, user.design)).rejects.toMatchObject({ code: 'NO_TWIN' });
    await expect(proveEquivalent(delay.design, hold.design, { stable: ['z'] })).rejects.toMatchObject({
      code: 'BAD_PROOF',
      exitCode: 2,
    });
    await expect(proveProperties(adder.design)).rejects.toMatchObject({ code: 'NOTHING_TO_PROVE' });
  });
});

describe('a model', { timeout: patience }, () => {
  const scale = component(
    'scale',
    { in: { x: sint(5), gain: uint(3) }, out: { y: sint(9) } },
    ({ x, gain }, m) => ({ y: m.pipe('y_q', x.mul(gain.toSint()).wrap(9)) }),
  );
  const task = { design: scale.design, latencyCycles: 1, stable: ['gain'] };

  const sum = ({ x = 0n, y = 0n }) => ({ sum: x + y });

  it('is proved from its table, or through a twin; a wrong row is found by prover and simulator', async () => {
    const [right, wrong, twin] = await proveAllModels([
      { ...task, model: ({ x = 0n, gain = 0n }) => (gain === 5n ? undefined : { y: x * gain }) },
      { ...task, model: ({ x = 0n, gain = 0n }) => ({ y: gain === 6n && x === -3n ? 0n : x * gain }) },
      { design: rarelyWrongAdder.design, model: sum, twin: adder.design },
    ]);
    expect(right).toMatchObject({ verdict: 'proved', basis: 'table', vectors: 32 * 7 });
    expect(wrong).toMatchObject({
      verdict: 'refuted',
      equivalence: { verdict: 'refuted' },
      mismatch: { inputs: { x: -3n, gain: 6n }, expected: { y: 0n }, got: { y: -18n } },
    });
    // Random tests of the twin find nothing; the proof does.
    expect(twin).toMatchObject({ verdict: 'refuted', basis: 'twin', vectors: 4096 });
    expect(twin?.mismatch).toBeUndefined();
  });

  it('of more than 16 input bits needs a twin', async () => {
    await expect(proveModel({ design: adder.design, model: sum })).rejects.toThrow(
      'adder has 24 input bits; a model is enumerated up to 16: use smaller parameters or pass a twin',
    );
  });
});

describe('properties', { timeout: patience }, () => {
  it('hold under their assumptions, or fail where the simulator sees it; covers are reached or proved out of reach', async () => {
    const [safe, unsafe] = [
      await proveProperties(safeCounter.design, { depth: 12 }),
      await proveProperties(unsafeCounter.design, { depth: 12 }),
    ];
    expect(safe.asserts).toMatchObject({ verdict: 'proved', method: 'induction' });
    expect(safe.covers.map(({ outcome, trace }) => [outcome, trace?.confirmed])).toEqual([
      ['reached', true],
      ['unreachable', undefined],
    ]);
    expect(unsafe.asserts).toMatchObject({
      verdict: 'refuted',
      counterexample: { cycles: 6, confirmed: true },
    });
    expect(unsafe.asserts?.counterexample?.observed).toContain('the count stays below 12');
  });
});

describe('the files of a counterexample', { timeout: patience }, () => {
  it('are waves and a test that fails for the same reason', async () => {
    const inputs = { x: [-1348n], y: [291n] };
    const counterexample = { cycles: 1, inputs, confirmed: true, observed: 'sum' };
    mkdirSync(folder, { recursive: true });
    const fixtures = relative(folder, join(import.meta.dirname, 'fixtures', 'designs.js'));
    const files = await writeCounterexample({
      folder,
      name: 'adders',
      designs: [
        { design: adder.design, origin: { module: fixtures, expression: 'm.adder.design' } },
        {
          design: rarelyWrongAdder.design,
          origin: { module: fixtures, expression: 'm.rarelyWrongAdder.design' },
        },
      ],
      counterexample,
      simulator: relative(folder, join(PACKAGE_ROOT, 'src', 'sim', 'index.js')),
    });
    expect(files).toEqual(['adders.adder.vcd', 'adders.rarely_wrong_adder.vcd', 'adders.test.ts']);
    expect(readFileSync(join(folder, 'adders.adder.vcd'), 'utf8')).toContain('b1101111011111 #');
    writeFileSync(join(folder, 'vitest.config.js'), 'export default {};\n');
    const { exitCode, stdout, stderr } = await runProcess({
      command: process.execPath,
      args: [join(PACKAGE_ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder],
      cwd: folder,
      env: { NO_COLOR: '1' },
      timeoutMs: 100_000,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('adder equals rarely_wrong_adder');
    expect(stderr).toContain('-1057n');
  });
});
