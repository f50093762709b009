import type { Schedule } from './types.js';

/** Learning rate at a progress of 0 .. 1 through all steps. */
export function rateAt(schedule: Schedule, progress: number): number {
  const { rate } = schedule;
  switch (schedule.kind) {
    case 'constant':
      return rate;
    case 'steps':
      return schedule.at.filter((at) => progress >= at).reduce((now) => now * schedule.factor, rate);
    case 'cosine': {
      const { warmup = 0, floor = 0 } = schedule;
      if (progress < warmup) return (rate * progress) / warmup;
      const part = (progress - warmup) / (1 - warmup);
      return rate * (floor + ((1 - floor) * (1 + cosineOfPi(part))) / 2);
    }
  }
}

/**
 * cos(pi x) for 0 <= x <= 1 by the Taylor series of the sine around the middle, error below 1e-11. Math.cos may differ from
 * machine to machine, and with it every weight.
 */
export function cosineOfPi(x: number): number {
  const angle = Math.PI * (0.5 - x);
  let term = angle;
  let sum = angle;
  for (let n = 3; n <= 19; n += 2) {
    term *= -(angle * angle) / (n * (n - 1));
    sum += term;
  }
  return sum;
}
