/** The rule of a TypeScript sweep file: anybody's code, so that its answers are looked at before they count. */

import { SweepError } from '../errors.js';
import { viewOf, type PointForView, type PointView } from './constraints.js';
import { designLabel } from './points.js';

/** A rule of a TypeScript sweep file, beside the declared constraints. */
export type Where = (point: PointView) => boolean;

/** Whether the rule takes a design. @throws SweepError BAD_SWEEP_FILE where it throws, or answers neither true nor false */
export const takes = (where: Where, design: PointForView): boolean => {
  const answer = answerOf(where, design);
  if (typeof answer === 'boolean') return answer;
  // It is refused all the same; what it throws later would end the process without a word of ours.
  if (answer instanceof Promise) void answer.catch(() => undefined);
  const advice = answer instanceof Promise ? 'true or false at once, without async' : 'true or false';
  throw bad(`answers ${inWords(answer)} for the design "${designLabel(design)}"; it must answer ${advice}`);
};

const answerOf = (where: Where, design: PointForView): unknown => {
  try {
    return where(viewOf(design));
  } catch (error) {
    throw bad(`throws for the design "${designLabel(design)}": ${String(error)}; correct it`);
  }
};

const inWords = (answer: unknown): string => {
  if (answer instanceof Promise) return 'a Promise';
  if (typeof answer === 'function') return 'a function';
  return typeof answer === 'object' && answer !== null ? 'an object' : String(answer);
};

const bad = (message: string): SweepError => new SweepError('BAD_SWEEP_FILE', `\`where\` ${message}`);
