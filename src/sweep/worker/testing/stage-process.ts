/** An executor whose stages go wrong: `stage-process FOLDER`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ToolTimeout } from '../../../tools/index.js';
import type { Outcome, Stage, StageRun } from '../../stages/stage.js';
import { runExecutor } from '../executor.js';

const folder = process.argv[2] ?? '.';
const done: Outcome = { kind: 'done', outputs: {} };

const stage = (name: string, run: (run: StageRun) => Promise<Outcome> | Outcome): Stage => ({
  ...{ name, version: 1, after: [] },
  request: () => undefined,
  run: async (_job, given) => await run(given),
});

/** Below a path that is a file. */
const readThrough = (file: string): Outcome => {
  writeFileSync(file, '');
  readFileSync(join(file, 'below'));
  return done;
};

runExecutor(folder, [
  stage('able', () => done),
  stage('sound', () => done),
  stage('pid', () => ({ kind: 'done', outputs: { pid: process.pid } })),
  stage('attentive', async ({ signal, work }) => {
    writeFileSync(join(work, 'something'), '');
    signal.addEventListener('abort', () => writeFileSync(join(folder, 'heard'), ''));
    await wait(60_000, undefined, { signal });
    return done;
  }),
  stage('deaf', () => {
    for (;;);
  }),
  {
    ...stage('slow', ({ work }) => {
      const log = join(work, 'nextpnr.log');
      writeFileSync(log, 'its first line\nits last line');
      throw new ToolTimeout('nextpnr-ecp5', 60_000, 'its last line', log);
    }),
    tools: { limit: 'placeMinutes', runs: 1 },
  },
  stage('below', ({ work }) => readThrough(join(work, 'file'))),
  stage('elsewhere', () => readThrough(join(folder, '..', 'file'))),
  stage('full', () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }),
  stage('forbidden', () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM', syscall: 'kill' });
  }),
]);
