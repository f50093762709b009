/** Why a stage would be computed: which of its inputs are other than in the nearest result that is there. */

import { canonical, type Json, type JsonObject } from '../canonical.js';
import type { Job } from '../queue/queue.js';
import type { StoredResult } from '../store/results.js';
import { lookUp, type Store } from '../store/store.js';

export interface Explanation {
  readonly stage: string;
  readonly key: string;
  readonly label: string;
  /** One sentence. */
  readonly why: string;
}

/** Results of one stage that are compared; more would take long and tell no more. */
const compared = 500;

/** Explains missing jobs; reads stored results of their stages once. */
export const explainer = (store: Store): ((job: Job) => Explanation) => {
  const { results } = store;
  const read = new Map<string, readonly StoredResult[]>();
  const storedOf = (stage: string): readonly StoredResult[] => {
    const before = read.get(stage);
    if (before !== undefined) return before;
    const stored = results
      .keys(stage)
      .toSorted()
      .slice(0, compared)
      .flatMap((key) => {
        const lookup = results.read(stage, key);
        return lookup.kind === 'found' ? [lookup.result] : [];
      });
    read.set(stage, stored);
    return stored;
  };
  return ({ stage, key, label, inputs }) => {
    const lookup = lookUp(store, stage, key);
    return {
      stage,
      key,
      label,
      why: lookup.kind === 'corrupt' ? `${lookup.path}: ${lookup.why}` : whyOf(inputs, storedOf(stage)),
    };
  };
};

const whyOf = (inputs: JsonObject, stored: readonly StoredResult[]): string => {
  const ranked = stored
    .map((result) => differences(inputs, result.inputs))
    .sort((a, b) => a.length - b.length);
  const [nearest] = ranked;
  if (nearest === undefined) return 'no result of this stage is stored';
  if (nearest.length === 0) return 'the stage itself is of another version';
  const some = nearest.slice(0, 4).map(({ name, here, there }) => `${name} is ${here}, stored: ${there}`);
  return `${some.join('; ')}${nearest.length > 4 ? ` and ${nearest.length - 4} more differences` : ''}`;
};

interface Difference {
  readonly name: string;
  readonly here: string;
  readonly there: string;
}

const differences = (here: JsonObject, there: JsonObject): readonly Difference[] => {
  const [ours, theirs] = [flat(here), flat(there)];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .sort()
    .filter((name) => ours.get(name) !== theirs.get(name))
    .map((name) => ({ name, here: short(ours.get(name)), there: short(theirs.get(name)) }));
};

/** `pe.kind` -> `"int"`. */
const flat = (value: Json, prefix = ''): Map<string, string> => {
  if (value === null || typeof value !== 'object') return new Map([[prefix, canonical(value)]]);
  const parts = Object.entries(value).flatMap(([name, part]) => [
    ...flat(part, prefix === '' ? name : `${prefix}.${name}`),
  ]);
  return new Map(parts);
};

const short = (text: string | undefined): string => {
  if (text === undefined) return '(nothing)';
  return text.length > 48 ? `${text.slice(0, 30)}...` : text;
};
