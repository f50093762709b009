import { roundShift, type RoundingMode } from '../num/index.js';
import type { ValueRange } from './ranges.js';

/**
 * Finding integers (multiplier, addend, shift) so that
 *   clamp(round((acc * multiplier + addend) / 2^shift) + zeroPoint, lo, hi)
 * equals a wanted function of the accumulator for every accumulator value that can occur.
 *
 * The wanted function is monotone, so it is known by its thresholds: t_k, the least acc whose output is at least k. The
 * integer form has the same thresholds exactly when, for every k, the sum at t_k reaches level N_k (where rounding gives
 * k) and the sum at t_k - 1 does not. For a given multiplier and shift these are bounds on the addend alone:
 *   max_k(N_k - t_k * M)  <=  addend  <=  min_k(N_k - 1 - (t_k - 1) * M).
 * So each (multiplier, shift) is decided exactly in one pass over the thresholds, whatever the width of the accumulator.
 */
export interface WantedChannel {
  readonly acc: ValueRange;
  /** Monotone, integers lo .. hi (zero point and clamp included). */
  readonly wanted: (acc: number) => number;
  /** Output steps per accumulator step where not clamped; its sign says rising or falling. */
  readonly slope: number;
  /** Unclamped real output at acc = 0, without the zero point. Only a starting point. */
  readonly offset: number;
}

export interface FitOptions {
  readonly lo: number;
  readonly hi: number;
  readonly zeroPoint: number;
  /** Signed width of the multiplier: |multiplier| < 2^(multiplierBits - 1). */
  readonly multiplierBits: number;
}

export interface Candidate {
  readonly multiplier: number;
  readonly addend: number;
  readonly shift: number;
}

/** The possible choices of one channel, by shift. */
export interface ChannelFit {
  readonly candidates: readonly Candidate[];
  readonly exact: boolean;
  /** Of the best candidate: output steps, and how many accumulator values differ. */
  readonly greatestDeviation: number;
  readonly deviatingValues: number;
}

export interface LayerFit {
  readonly rounding: RoundingMode;
  readonly channels: readonly ChannelFit[];
}

const MOST_SHIFT = 47;
/** Sums stay far enough below 2^53 that no term of the bounds is rounded. */
const EXACT_SUM = 2 ** 51;
/** Wider outputs are not fitted threshold by threshold. */
const MOST_LEVELS = 2 ** 12;

/** Fits all channels of a layer with one rounding mode: halfUp (cheapest in hardware) unless halfEven is exact or much closer. */
export function fitLayer(channels: readonly WantedChannel[], options: FitOptions): LayerFit {
  const halfUp = fitWith('halfUp', channels, options);
  if (halfUp.channels.every(({ exact }) => exact)) return halfUp;
  const halfEven = fitWith('halfEven', channels, options);
  return cost(halfEven) < cost(halfUp) / 2 ? halfEven : halfUp;
}

const cost = ({ channels }: LayerFit): number => channels.reduce((sum, c) => sum + c.deviatingValues, 0);

function fitWith(rounding: RoundingMode, channels: readonly WantedChannel[], options: FitOptions): LayerFit {
  return { rounding, channels: channels.map((channel) => fitChannel(channel, options, rounding)) };
}

/** One channel, falling functions mirrored to rising ones. */
export function fitChannel(channel: WantedChannel, options: FitOptions, rounding: RoundingMode): ChannelFit {
  const { acc, wanted, slope, offset } = channel;
  if (slope < 0) {
    const mirrored: WantedChannel = {
      acc: { lo: -acc.hi, hi: -acc.lo },
      wanted: (value) => wanted(-value),
      slope: -slope,
      offset,
    };
    const fit = fitRising(mirrored, options, rounding);
    return {
      ...fit,
      candidates: fit.candidates.map((c) => ({ ...c, multiplier: c.multiplier === 0 ? 0 : -c.multiplier })),
    };
  }
  return fitRising(channel, options, rounding);
}

function fitRising(channel: WantedChannel, options: FitOptions, rounding: RoundingMode): ChannelFit {
  const { acc, wanted } = channel;
  if (wanted(acc.lo) === wanted(acc.hi)) return constantFit(wanted(acc.lo), options);
  if (options.hi - options.lo >= MOST_LEVELS) return wideFit(channel, options);
  // A slope that crosses all levels within one accumulator step is as good as any steeper one.
  return fitByThresholds(
    { ...channel, slope: Math.min(channel.slope, options.hi - options.lo + 1) },
    options,
    rounding,
  );
}

function fitByThresholds(channel: WantedChannel, options: FitOptions, rounding: RoundingMode): ChannelFit {
  const thresholds = thresholdsOf(channel, options);
  const exact = allExact(channel, thresholds, options, rounding);
  if (exact.length > 0) return { candidates: exact, exact: true, greatestDeviation: 0, deviatingValues: 0 };
  return nearestFit(channel, thresholds, options, rounding);
}

/** Fewer multiplier bits rarely succeed where more have failed: the search ends after some failures in a row. */
const MOST_FAILURES = 3;

function allExact(
  channel: WantedChannel,
  thresholds: readonly Threshold[],
  options: FitOptions,
  rounding: RoundingMode,
): Candidate[] {
  const found: Candidate[] = [];
  let failures = 0;
  for (const shift of [...shifts(channel, options)].reverse()) {
    const candidate = exactCandidate(channel, thresholds, options, rounding, shift);
    if (candidate !== undefined) found.push(candidate);
    failures = candidate === undefined ? failures + 1 : 0;
    if (failures === MOST_FAILURES) break;
  }
  return found;
}

/** Multiplier 0 serves at every shift. */
function constantFit(value: number, { zeroPoint }: FitOptions): ChannelFit {
  const candidates = Array.from({ length: 33 }, (_, shift) => ({
    multiplier: 0,
    addend: (value - zeroPoint) * 2 ** shift,
    shift,
  }));
  return { candidates, exact: true, greatestDeviation: 0, deviatingValues: 0 };
}

/** Level k and the least accumulator that reaches it; acc.hi + 1 where none does. */
interface Threshold {
  readonly level: number;
  readonly at: number;
}

/** Only levels that some accumulator passes, and the one above: all others follow. */
function thresholdsOf(
  { acc, wanted, slope, offset }: WantedChannel,
  { zeroPoint }: FitOptions,
): readonly Threshold[] {
  const thresholds: Threshold[] = [];
  const [first, last] = [wanted(acc.lo), wanted(acc.hi)];
  let from = acc.lo;
  for (let level = first + 1; level <= last; level++) {
    const guess = Math.ceil((level - zeroPoint - 0.5 - offset) / slope);
    from = leastReaching(wanted, level, from, acc.hi, guess);
    thresholds.push({ level: level - zeroPoint, at: from });
  }
  return thresholds;
}

/** Bisection between `from` and `to` (which reaches the level), trying around the guess first. */
function leastReaching(
  wanted: (acc: number) => number,
  level: number,
  from: number,
  to: number,
  guess: number,
): number {
  let below = from - 1;
  let reached = to;
  for (const tried of [guess, guess - 1, guess + 1, guess - 16, guess + 16]) {
    if (tried <= below || tried >= reached) continue;
    if (wanted(tried) >= level) reached = tried;
    else below = tried;
  }
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    if (wanted(middle) >= level) reached = middle;
    else below = middle;
  }
  return reached;
}

/** Shifts at which the multiplier has at least one and at most the allowed bits, and sums stay exact. */
function shifts({ acc, slope }: WantedChannel, options: FitOptions): readonly number[] {
  const limit = multiplierLimit(options);
  const levels =
    Math.max(Math.abs(options.lo - options.zeroPoint), Math.abs(options.hi - options.zeroPoint)) + 1;
  const reach = Math.max(levels, slope * Math.max(-acc.lo, acc.hi));
  const result: number[] = [];
  for (let shift = 0; shift <= MOST_SHIFT; shift++) {
    const multiplier = slope * 2 ** shift;
    if (multiplier < 0.4) continue;
    if (multiplier > limit + 0.5 || 2 * reach * 2 ** shift > EXACT_SUM) break;
    result.push(shift);
  }
  return result;
}

const multiplierLimit = ({ multiplierBits }: FitOptions): number => 2 ** (multiplierBits - 1) - 1;

/** The least sum that rounds to `level`; `half` is half an output step, 2^shift / 2. */
function leastSum(level: number, half: number, rounding: RoundingMode): number {
  if (half < 1) return level;
  const tie = (2 * level - 1) * half;
  return tieReaches(level, rounding) ? tie : tie + 1;
}

/** Whether level - 1/2 rounds to level. */
function tieReaches(level: number, rounding: RoundingMode): boolean {
  switch (rounding) {
    case 'halfUp':
      return true;
    case 'halfAwayFromZero':
      return level > 0;
    case 'halfEven':
      return level % 2 === 0;
  }
}

/** Bounds on the addend; `least <= most` means exact. */
function addendBounds(
  multiplier: number,
  shift: number,
  thresholds: readonly Threshold[],
  acc: ValueRange,
  edges: Edges,
  rounding: RoundingMode,
): { least: number; most: number } {
  const half = 2 ** shift / 2;
  let least =
    edges.bottom === undefined ? -Infinity : leastSum(edges.bottom, half, rounding) - acc.lo * multiplier;
  let most =
    edges.top === undefined ? Infinity : leastSum(edges.top, half, rounding) - 1 - acc.hi * multiplier;
  for (const { level, at } of thresholds) {
    const sum = leastSum(level, half, rounding);
    least = Math.max(least, sum - at * multiplier);
    most = Math.min(most, sum - 1 - (at - 1) * multiplier);
  }
  return { least, most };
}

/** Levels that every accumulator reaches (bottom) or none does (top), unless the clamp makes them so anyway. */
interface Edges {
  readonly bottom?: number;
  readonly top?: number;
}

function edgesOf({ acc, wanted }: WantedChannel, { lo, hi, zeroPoint }: FitOptions): Edges {
  const [first, last] = [wanted(acc.lo), wanted(acc.hi)];
  return {
    ...(first > lo ? { bottom: first - zeroPoint } : {}),
    ...(last < hi ? { top: last + 1 - zeroPoint } : {}),
  };
}

function exactCandidate(
  channel: WantedChannel,
  thresholds: readonly Threshold[],
  options: FitOptions,
  rounding: RoundingMode,
  shift: number,
): Candidate | undefined {
  const edges = edgesOf(channel, options);
  for (const multiplier of multipliersNear(channel.slope * 2 ** shift, options)) {
    const { least, most } = addendBounds(multiplier, shift, thresholds, channel.acc, edges, rounding);
    if (least <= most)
      return { multiplier, addend: plainest(least, most, channel.offset * 2 ** shift), shift };
  }
  return undefined;
}

function multipliersNear(wanted: number, options: FitOptions): readonly number[] {
  const nearest = Math.round(wanted);
  const limit = multiplierLimit(options);
  const start = Math.min(limit, Math.max(1, nearest));
  return [0, 1, -1, 2, -2].map((step) => start + step).filter((m) => m >= 1 && m <= limit);
}

/** 0 if possible, else the nominal value, else the nearer bound. */
function plainest(least: number, most: number, nominal: number): number {
  if (least <= 0 && most >= 0) return 0;
  return Math.min(most, Math.max(least, Math.round(nominal)));
}

/** No exact form: the normalized multiplier (all its bits used), the addend in the middle of the contradicting bounds. */
function nearestFit(
  channel: WantedChannel,
  thresholds: readonly Threshold[],
  options: FitOptions,
  rounding: RoundingMode,
): ChannelFit {
  const shift = shifts(channel, options).at(-1) ?? 0;
  const edges = edgesOf(channel, options);
  const tries = multipliersNear(channel.slope * 2 ** shift, options).map((multiplier) => {
    const { least, most } = addendBounds(multiplier, shift, thresholds, channel.acc, edges, rounding);
    return { gap: least - most, candidate: { multiplier, addend: Math.round((least + most) / 2), shift } };
  });
  const best = tries.reduce((a, b) => (b.gap < a.gap ? b : a));
  return {
    candidates: [best.candidate],
    exact: false,
    ...deviation(channel, best.candidate, thresholds, options, rounding),
  };
}

/** Compares at every threshold of either form: between thresholds both are constant. */
function deviation(
  { acc, wanted }: WantedChannel,
  { multiplier, addend, shift }: Candidate,
  thresholds: readonly Threshold[],
  { lo, hi, zeroPoint }: FitOptions,
  rounding: RoundingMode,
): { greatestDeviation: number; deviatingValues: number } {
  const got = (value: number): number =>
    Math.min(hi, Math.max(lo, roundShift(value * multiplier + addend, shift, rounding) + zeroPoint));
  const changes = new Set<number>([acc.lo]);
  for (const { at } of thresholds) changes.add(at);
  for (let level = got(acc.lo) + 1, from = acc.lo; level <= got(acc.hi); level++) {
    from = leastReaching(got, level, from, acc.hi, from);
    changes.add(from);
  }
  const points = [...changes].sort((a, b) => a - b);
  let greatestDeviation = 0;
  let deviatingValues = 0;
  points.forEach((from, i) => {
    const steps = Math.abs(got(from) - wanted(from));
    greatestDeviation = Math.max(greatestDeviation, steps);
    if (steps > 0) deviatingValues += (points[i + 1] ?? acc.hi + 1) - from;
  });
  return { greatestDeviation, deviatingValues };
}

/** Outputs of many bits (requantized logits): the normalized multiplier, and a bound on its deviation. */
function wideFit({ acc, slope, offset }: WantedChannel, options: FitOptions): ChannelFit {
  const limit = multiplierLimit(options);
  const greatest = Math.max(-acc.lo, acc.hi);
  let shift = 0;
  const fits = (s: number): boolean =>
    slope * 2 ** s <= limit && (slope * greatest + Math.abs(offset)) * 2 ** s < EXACT_SUM && s <= MOST_SHIFT;
  while (fits(shift + 1)) shift++;
  const multiplier = Math.round(slope * 2 ** shift);
  const addend = Math.round(offset * 2 ** shift);
  const error = Math.abs(multiplier / 2 ** shift - slope) * greatest + Math.abs(addend / 2 ** shift - offset);
  const greatestDeviation = Math.ceil(error);
  return {
    candidates: [{ multiplier, addend, shift }],
    exact: error === 0,
    greatestDeviation,
    deviatingValues: error === 0 ? 0 : acc.hi - acc.lo + 1,
  };
}
