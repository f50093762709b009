/** What Yosys' `sat` printed about one question. */

export interface Answer {
  readonly outcome: 'proved' | 'refuted' | 'bounded' | 'undecided' | 'timeout';
  /** Steps from the start that were searched without finding anything. */
  readonly steps: number;
}

/** The sentences of `sat` (the same from 0.23 to 0.55), and what each means. */
const sentences: readonly (readonly [string, Answer['outcome']])[] = [
  ['SAT proof finished - no model found: SUCCESS!', 'proved'],
  ['SAT proof finished - model found: FAIL!', 'refuted'],
  ['Induction step proven: SUCCESS!', 'proved'],
  ['SAT temporal induction proof finished - model found for base case: FAIL!', 'refuted'],
  ['Reached maximum number of time steps -> proof failed.', 'bounded'],
];

/** Text without any of the sentences is `undecided`. */
export function readAnswer(text: string): Answer {
  const steps = [...text.matchAll(/Base case for induction length (\d+) proven/g)].map(([, n]) => Number(n));
  const searched = Math.max(0, ...steps);
  const found = sentences.find(([sentence]) => text.includes(sentence));
  return { outcome: found?.[1] ?? 'undecided', steps: searched };
}
