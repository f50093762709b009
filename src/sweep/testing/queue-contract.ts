/** What every queue promises, whatever keeps it: the tests of `Queue`. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sha256 } from '../canonical.js';
import type { StageFailure } from '../errors.js';
import { lossesAllowed, triesAllowed, type Claim, type Job, type Queue } from '../queue/queue.js';

export const jobNamed = (name: string): Job => ({
  ...{ id: `stage-${sha256(name)}`, stage: 'stage', key: sha256(name), label: name },
  inputs: { name },
  context: { limit: 1 },
});

export const someFailure: StageFailure = {
  ...{ code: 'TOOL_CRASHED', message: 'nextpnr crashed', log: 'its log' },
  ...{ again: true, stops: false },
};

export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await wait(10);
};

/** The next job, waited for. */
export const claimed = async (queue: Queue): Promise<Claim> => {
  let claim: Claim | undefined;
  await until(async () => (claim = await queue.claim()) !== undefined);
  if (claim === undefined) throw new Error('unreachable');
  return claim;
};

/** `fresh()` names an empty queue; what it returns opens that one, as often as it is called. */
export const queueContract = (fresh: () => () => Promise<Queue>): void => {
  const [x, y, z] = ['x', 'y', 'z'].map(jobNamed);
  if (x === undefined || y === undefined || z === undefined) throw new Error('unreachable');
  const waitingFor = async (...jobs: readonly Job[]): Promise<Queue> => {
    const queue = await fresh()();
    await queue.enqueue(jobs);
    return queue;
  };
  const loseAllButOne = async (queue: Queue): Promise<void> => {
    for (let lost = 1; lost < lossesAllowed; lost++) await queue.lose(await claimed(queue));
  };

  it('gives every job to one worker, once, however often it is asked for', async () => {
    const open = fresh();
    const [mine, other] = [await open(), await open()];
    await mine.enqueue([x, y, x]);
    const first = await claimed(other);
    await other.enqueue([y, x, z]);
    const claims = [first, await claimed(mine), await claimed(other)];
    expect(new Set(claims.map(({ job: { label } }) => label))).toEqual(new Set(['x', 'y', 'z']));
    expect(claims.map(({ job }) => job)).toEqual(claims.map(({ job: { label } }) => jobNamed(label)));
    expect(await mine.claim()).toBeUndefined();
    await mine.enqueue([x]);
    expect(await mine.counts()).toEqual({ waiting: 0, running: 3, quarantined: 0 });
    await other.complete(first);
    expect((await mine.states()).has(first.job.id)).toBe(false);
  });

  it('gives up a job after three tries that failed, with the log, and tries it anew when forgiven', async () => {
    const queue = await waitingFor(x);
    for (let tries = 0; tries < triesAllowed; tries++) {
      const claim = await claimed(queue);
      expect(claim.failures).toBe(tries);
      await queue.fail(claim, someFailure);
    }
    expect(await queue.claim()).toBeUndefined();
    await queue.enqueue([x]);
    expect(await queue.states()).toEqual(new Map([[x.id, 'quarantined']]));
    const { id, stage, key, label } = x;
    expect(await queue.quarantined()).toEqual([
      { ...{ id, stage, key, label }, tries: triesAllowed, failure: someFailure },
    ]);
    await queue.forgive();
    expect((await queue.states()).size).toBe(0);
    await queue.enqueue([x]);
    expect(await claimed(queue)).toMatchObject({ job: x, failures: 0, losses: 0 });
  });

  it('gives up at once where another try is useless', async () => {
    const queue = await waitingFor(x);
    await queue.fail(await claimed(queue), { ...someFailure, again: false });
    expect(await queue.quarantined()).toMatchObject([{ tries: 1, failure: { again: false } }]);
  });

  it('counts no try for a job that is given back', async () => {
    const queue = await waitingFor(x);
    for (let again = 0; again < 5; again++) await queue.release(await claimed(queue));
    expect(await claimed(queue)).toMatchObject({ failures: 0, losses: 0 });
  });

  it('gives up a job with which too many workers were lost', async () => {
    const queue = await waitingFor(x);
    await loseAllButOne(queue);
    expect(await queue.quarantined()).toEqual([]);
    const last = await claimed(queue);
    expect(last).toMatchObject({ failures: 0, losses: lossesAllowed - 1 });
    await queue.lose(last);
    expect(await queue.quarantined()).toMatchObject([
      { tries: lossesAllowed, failure: { code: 'WORKER_LOST' } },
    ]);
  });

  it('counts lost workers anew when the sweep is started again, also those of a job at work', async () => {
    const queue = await waitingFor(x);
    await loseAllButOne(queue);
    const running = await claimed(queue);
    await queue.forgive();
    expect(await queue.heartbeat(running)).toBe(true);
    await queue.release(running);
    await loseAllButOne(queue);
    expect(await queue.quarantined()).toEqual([]);
    await queue.lose(await claimed(queue));
    expect(await queue.quarantined()).toMatchObject([{ failure: { code: 'WORKER_LOST' } }]);
  });

  it('counts one loss of a job whose losses were forgiven while it was at work', async () => {
    const queue = await waitingFor(x);
    await loseAllButOne(queue);
    const running = await claimed(queue);
    expect(running.losses).toBe(lossesAllowed - 1);
    await queue.forgive();
    await queue.lose(running);
    expect(await claimed(queue)).toMatchObject({ failures: 0, losses: 1 });
  });

  it('gives a job that is asked for again with other limits while it waits with those', async () => {
    const queue = await waitingFor(x);
    await queue.release(await claimed(queue));
    const moved = { ...x, context: { limit: 2, path: '/elsewhere' } };
    await queue.enqueue([moved, y]);
    const claims = [await claimed(queue), await claimed(queue)];
    expect(claims.find(({ job }) => job.id === x.id)?.job).toEqual(moved);
    await queue.enqueue([x]);
    expect(await queue.counts()).toEqual({ waiting: 0, running: 2, quarantined: 0 });
  });

  it('throws away what waits for a sweep that is gone, and nothing that a living one waits for', async () => {
    const open = fresh();
    const [gone, here] = [await open(), await open()];
    await gone.attend(new Set([x.id, y.id]));
    await gone.enqueue([x, y]);
    const running = await claimed(gone);
    await here.attend(new Set([z.id]));
    await here.enqueue([z]);
    await gone.attend(new Set([x.id, y.id]));
    expect(await here.counts()).toEqual({ waiting: 2, running: 1, quarantined: 0 });
    await gone.close();
    await until(async () => {
      await here.attend(new Set([z.id]));
      return (await here.counts()).waiting === 1;
    });
    expect(await here.states()).toEqual(
      new Map([
        [z.id, 'waiting'],
        [running.job.id, 'running'],
      ]),
    );
  });

  it('tells a worker that was thought lost that its job is somebody else’s', async () => {
    const queue = await waitingFor(x);
    const claim = await claimed(queue);
    await queue.lose(claim);
    const again = await claimed(queue);
    expect(again).toMatchObject({ failures: 0, losses: 1 });
    expect(await queue.heartbeat(claim)).toBe(false);
    expect(await queue.heartbeat(again)).toBe(true);
  });
};
