import type { Random } from '../../num/index.js';

/** One of the choices, uniformly. */
export const pick = <T>(random: Random, choices: readonly T[]): T => {
  const choice = choices[random.integer(0, choices.length - 1)];
  if (choice === undefined) throw new RangeError('nothing to pick from');
  return choice;
};
