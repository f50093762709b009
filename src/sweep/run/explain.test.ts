/** Why something is computed, in words. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashOf, type JsonObject } from '../canonical.js';
import type { Job } from '../queue/queue.js';
import { openStore } from '../store/store.js';
import { temporary } from '../testing/harness.js';
import { explainer } from './explain.js';

const store = openStore(temporary());
const job = (inputs: JsonObject): Job => {
  const key = hashOf({ stage: 'place', version: 1, inputs });
  return { id: `place-${key}`, stage: 'place', key, label: 'x', inputs, context: {} };
};
const base = { seed: 1, netlist: 'blob:a', tools: { nextpnr: '0.8' } } as const;

it('names the input that differs from the nearest stored result', () => {
  expect(explainer(store)(job(base)).why).toBe('no result of this stage is stored');
  for (const inputs of [base, { ...base, netlist: 'blob:b', seed: 7 }]) {
    const { stage, key } = job(inputs);
    store.results.publish({ stage, key, inputs, outcome: { kind: 'done', outputs: {} } });
  }
  const why = (inputs: JsonObject): string => explainer(store)(job(inputs)).why;
  expect(why({ ...base, seed: 2 })).toBe('seed is 2, stored: 1');
  expect(why({ ...base, tools: { nextpnr: '0.9' } })).toBe('tools.nextpnr is "0.9", stored: "0.8"');
  expect(why({ ...base, extra: true })).toBe('extra is true, stored: (nothing)');
});

it('names a corrupt entry', () => {
  const { key } = job(base);
  const path = store.results.pathOf('place', key);
  writeFileSync(path, '{"stage":');
  expect(explainer(store)(job(base)).why).toBe(`${path}: it is cut off, or is no result`);
});

it('names a blob that is gone, not the stage', () => {
  const hash = store.blobs.put('a netlist');
  const inputs = { ...base, seed: 9 };
  const { stage, key } = job(inputs);
  store.results.publish({
    stage,
    key,
    inputs,
    outcome: { kind: 'done', outputs: { netlist: `blob:${hash}` } },
  });
  rmSync(join(store.folder, 'blobs'), { recursive: true });
  expect(explainer(store)(job(inputs)).why).toBe(
    `${store.results.pathOf(stage, key)}: its blob ${hash} is missing`,
  );
});
