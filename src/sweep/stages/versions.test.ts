/**
 * A result's key holds the version of its stage, not its code: whoever changes what a stage computes has to raise the version,
 * or folders keep results that nobody would get any more. Here every stage that computes in this process computes something
 * small, and has to give what is pinned for its version.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashOf, type Json } from '../canonical.js';
import type { Job } from '../queue/queue.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { flowStages } from './registry.js';
import { makeResolver } from './resolve.js';
import type { Outcome, Stage } from './stage.js';
import { pinnedSweeps } from './testing/pinned-inputs.js';
import { findSweepTools } from './tools.js';

interface Pinned {
  readonly version: number;
  /** Hashes of what goes into all jobs, and of what they give. */
  readonly inputs: string;
  readonly outcomes: string;
}

const pinned: Readonly<Record<string, Pinned>> = {
  quantize: { version: 1, inputs: '752b1316db5ae03a', outcomes: '6da8da040a9b9003' },
  evaluate: { version: 2, inputs: 'd1243e74c8806b54', outcomes: '783f19939333c961' },
  emit: { version: 2, inputs: '5a0876fba4bfdce7', outcomes: '09c321bde9611129' },
  simulate: { version: 1, inputs: 'b8515b5b63a6fa12', outcomes: '19fe00cd0a54e9c0' },
  energy: { version: 2, inputs: 'e51c68f0bdc873af', outcomes: 'ad20d024f21bc540' },
};

/** undefined: what is found is what is pinned. */
const complaint = (stage: string, found: Pinned, before: Pinned | undefined): string | undefined => {
  if (before?.version === found.version && before.inputs === found.inputs) {
    if (before.outcomes === found.outcomes) return undefined;
    return `${stage} gives something else for the same inputs: bump the version of stage ${stage} in src/sweep/stages/${stage}.ts, then update this hash: ${JSON.stringify(found)}`;
  }
  return `${stage} has another version or other inputs than those pinned (of a stage before it, or of Yosys); update: ${JSON.stringify(found)}`;
};

interface Done {
  readonly job: Job;
  readonly outcome: Outcome;
}

const pinnedOf = ({ version }: Stage, done: readonly Done[]): Pinned => {
  const inputs: Json = done.map(({ job }) => job.inputs);
  const outcomes: Json = done.map(({ outcome }) => ({ ...outcome }));
  return { version, inputs: hashOf(inputs).slice(0, 16), outcomes: hashOf(outcomes).slice(0, 16) };
};

const root = temporary();
const stages = new Map<string, Stage>();
const all: Done[] = [];

/** Everything that the stages compute for the small sweeps, in the points' order. */
const runAll = async (): Promise<void> => {
  const sweeps = pinnedSweeps(root);
  const tools = await findSweepTools({ devices: ['hx8k'], tools: 'npm', measuresActivity: false });
  for (const stage of flowStages(tools)) if (pinned[stage.name] !== undefined) stages.set(stage.name, stage);
  const store = openStore(join(root, 'out'));
  const resolve = makeResolver([...stages.values()], store);
  const { signal } = new AbortController();
  for (const point of sweeps.flatMap((sweep) => [...sweep.points()]))
    for (let { missing } = resolve(point); missing.length > 0; { missing } = resolve(point))
      for (const job of missing) {
        const [work, checkpoints] = ['work', 'checkpoints'].map((name) => join(root, name, job.id));
        if (work === undefined || checkpoints === undefined) throw new Error('unreachable');
        for (const path of [work, checkpoints]) mkdirSync(path, { recursive: true });
        const outcome = await stages
          .get(job.stage)
          ?.run(job, { blobs: store.blobs, work, checkpoints, signal });
        if (outcome === undefined) throw new Error(job.stage);
        store.results.publish({ stage: job.stage, key: job.key, inputs: job.inputs, outcome });
        all.push({ job, outcome });
      }
};

beforeAll(runAll);

describe('what a stage computes', () => {
  const doneBy = (stage: string): readonly Done[] => all.filter(({ job }) => job.stage === stage);

  it.each(Object.keys(pinned))('is what is pinned for its version: %s', (name) => {
    const stage = stages.get(name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const said = complaint(name, pinnedOf(stage, doneBy(name)), pinned[name]);
    expect(said, said).toBeUndefined();
  });

  it('is much of what can be computed', () => {
    expect(doneBy('quantize').length).toBe(7);
    expect(doneBy('evaluate').map(({ outcome }) => outcome.kind)).toContain('infeasible');
    expect(doneBy('emit').length).toBeGreaterThan(20);
    for (const { outcome } of doneBy('simulate'))
      expect(outcome).toMatchObject({ kind: 'done', outputs: { mismatches: 0 } });
    for (const { outcome } of doneBy('energy'))
      expect(outcome).toMatchObject({ outputs: { pjPerPicture: expect.any(Number) as number } });
  });
});

describe('the energy stage', () => {
  it('gives Yosys its own time, not an hour', async () => {
    const job = all.find(({ job: { stage } }) => stage === 'energy')?.job;
    if (job === undefined) throw new Error('no energy');
    const { signal } = new AbortController();
    const run = { blobs: openStore(join(root, 'out')).blobs, work: root, checkpoints: root, signal };
    await expect(
      stages.get('energy')?.run({ ...job, context: { ...job.context, limitMinutes: 0.001 } }, run),
    ).rejects.toMatchObject({ code: 'TOOL_TIMEOUT', limitMs: 60 });
  });
});

describe('a stage that is changed', () => {
  const before = { version: 3, inputs: 'a', outcomes: 'b' };

  it('has to get another version where it gives something else', () => {
    expect(complaint('emit', { ...before, outcomes: 'c' }, before)).toMatch(
      /bump the version of stage emit in src\/sweep\/stages\/emit\.ts, then update this hash/,
    );
  });

  it('is pinned again with its new version, or with other inputs', () => {
    for (const found of [
      { ...before, version: 4, outcomes: 'c' },
      { ...before, inputs: 'x', outcomes: 'c' },
    ])
      expect(complaint('emit', found, before)).toMatch(/update: .*"outcomes":"c"/);
    expect(complaint('emit', before, before)).toBeUndefined();
  });
});
