/** Workers of this machine that end: what the sweep says then. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporary } from '../testing/harness.js';
import { chooseLauncher } from './choose.js';
import type { Launcher } from './launcher.js';
import { localLauncher } from './local.js';

const root = temporary();

/** What the launcher throws while nothing is finished. */
const thrownBy = async (launcher: Launcher): Promise<unknown> => {
  await launcher.start();
  try {
    for (;;) {
      await launcher.check(0);
      await wait(20);
    }
  } catch (error) {
    return error;
  } finally {
    await launcher.drain();
  }
};

/** A worker that says much, and ends so. */
const ending = (status: number, output: string, errors = ''): Launcher => {
  const words = `process.stderr.write('synthesize x ...\\n'.repeat(2000) + ${JSON.stringify(errors)})`;
  const script = `${words}; process.stdout.write(${JSON.stringify(output)}); process.exitCode = ${status}`;
  return localLauncher({ program: { command: process.execPath, args: ['-e', script] }, workers: 1 });
};
const envelope = (exitCode: number, code: string, message: string): string =>
  JSON.stringify(
    { schemaVersion: 1, verb: 'sweep', ok: false, exitCode, result: null, error: { code, message } },
    null,
    2,
  );

describe('a worker that cannot go on', () => {
  it.each([
    [2, 'FOLDER_NOT_WRITABLE', 'cannot write to /sweep: the disk is full'],
    [3, 'TOOL_MISSING', 'bullmq is not installed'],
    [4, 'QUEUE_UNREACHABLE', 'redis://nowhere does not answer'],
    [1, 'NOT_DETERMINISTIC', 'two results'],
  ])('ends the sweep with exit code %i and %s, in its own words', async (exitCode, code, message) => {
    const thrown = await thrownBy(ending(exitCode, envelope(exitCode, code, message)));
    expect(thrown).toMatchObject({ code, exitCode, message });
  });

  it('shows where nomul itself failed', async () => {
    const output = envelope(4, 'INTERNAL', 'nomul itself failed: x is undefined');
    const thrown = await thrownBy(ending(4, output, 'error nomul itself failed\n  at worker.ts:3'));
    expect(thrown).toMatchObject({
      ...{ code: 'INTERNAL', exitCode: 4 },
      message: expect.stringMatching(/at worker\.ts:3$/) as string,
    });
  });

  it('is told of by the end of what it said when that is all there is', async () => {
    const thrown = await thrownBy(ending(2, 'no JSON'));
    expect(thrown).toMatchObject({
      ...{ code: 'WORKERS_FAILED', exitCode: 4 },
      message: expect.stringMatching(/synthesize x \.\.\.$/) as string,
    });
    const missing = localLauncher({ program: { command: join(root, 'nothing'), args: [] }, workers: 1 });
    expect(await thrownBy(missing)).toMatchObject({
      ...{ code: 'WORKERS_FAILED', exitCode: 4 },
      message: expect.stringContaining('ENOENT') as string,
    });
  });

  it('is started again when it was interrupted or died, until that is in vain', async () => {
    for (const launcher of [ending(130, envelope(130, 'INTERRUPTED', 'asked to stop')), ending(1, '')])
      expect(await thrownBy(launcher)).toMatchObject({
        ...{ code: 'WORKERS_FAILED', exitCode: 4 },
        message: expect.stringMatching(/^workers ended \d+ times without finishing a job/) as string,
      });
  });

  it('is a real one too: with a folder that is a file', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(await thrownBy(chooseLauncher({ folder: file, jobs: 1 }))).toMatchObject({
      ...{ code: 'FOLDER_NOT_WRITABLE', exitCode: 2 },
      message: expect.stringContaining(`cannot write to ${file}`) as string,
    });
  });
});
