/** Calibration without re-training: after a substitution every channel gets back the mean and spread that it had. */
import { elementCount } from '../../nn/index.js';
import type { ApproxMultiplier } from './catalogue.js';
import type { Substitution } from './inference/convolution.js';
import type { TableNetwork } from './inference/table-network.js';
import type { ProductLayer } from './layers.js';

/** Per output channel: what stands for `sum` is gain * sum + bias, in steps of the accumulator. */
export interface Correction {
  readonly gain: readonly number[];
  readonly bias: readonly number[];
}

/** Of a layer's sums of products, per output channel. */
export interface Moments {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Beyond, the sums no longer resemble the exact ones. */
const LEAST_GAIN = 0.25;

/** Moments of every layer on the pictures taken in, computed as the network now stands. */
export const momentsOf = (running: TableNetwork): readonly Moments[] => {
  const found = new Map<string, Collector>();
  running.compute({}, (of, _, __, sums) => {
    const collector = found.get(of.name) ?? createCollector(of);
    found.set(of.name, collector);
    collector.add(sums);
  });
  return running.layers.map(({ name }) => found.get(name)?.moments() ?? { mean: [], deviation: [] });
};

/**
 * Puts multipliers (undefined: exact) into the network, layer after layer, each corrected on the pictures taken in so that
 * its channels have the moments `wanted` although what comes in is approximate already; exact layers too. The network then
 * stands so, computed.
 */
export function recalibrate(
  running: TableNetwork,
  multipliers: readonly (ApproxMultiplier | undefined)[],
  wanted: readonly Moments[],
): readonly Correction[] {
  return running.layers.map((of, i) => {
    const before = running.layers[i - 1]?.name;
    const table = multipliers[i]?.table;
    const plain: Substitution | undefined = table && { table };
    running.substitute(of.name, plain);
    const collector = createCollector(of);
    running.compute({ after: before, to: of.name }, (layer, _, __, sums) => {
      if (layer.name === of.name) collector.add(sums);
    });
    const correction = correctionTo(wanted[i], collector.moments());
    running.substitute(of.name, { ...plain, ...correction });
    const isLast = i === running.layers.length - 1;
    running.compute({ from: of.name, ...(isLast ? {} : { to: of.name }) });
    return correction;
  });
}

function correctionTo(wanted: Moments | undefined, found: Moments): Correction {
  const gain = found.deviation.map((deviation, channel) => {
    const ratio = (wanted?.deviation[channel] ?? 0) / deviation;
    return Number.isFinite(ratio) && ratio > 0 ? Math.min(1 / LEAST_GAIN, Math.max(LEAST_GAIN, ratio)) : 1;
  });
  const bias = found.mean.map((mean, channel) => (wanted?.mean[channel] ?? 0) - (gain[channel] ?? 1) * mean);
  return { gain, bias };
}

interface Collector {
  add(sums: Int32Array): void;
  moments(): Moments;
}

function createCollector(of: ProductLayer): Collector {
  const channels = of.output[2];
  const [totals, squares] = [new Float64Array(channels), new Float64Array(channels)];
  const pixels = elementCount(of.output) / channels;
  let count = 0;
  return {
    add: (sums) => {
      for (let at = 0; at < sums.length; at += channels) {
        for (let c = 0; c < channels; c++) {
          const sum = sums[at + c] ?? 0;
          totals[c] = (totals[c] ?? 0) + sum;
          squares[c] = (squares[c] ?? 0) + sum * sum;
        }
      }
      count += pixels;
    },
    moments: () => {
      const mean = Array.from(totals, (total) => total / count);
      const deviation = Array.from(squares, (square, c) =>
        Math.sqrt(Math.max(0, square / count - (mean[c] ?? 0) ** 2)),
      );
      return { mean, deviation };
    },
  };
}
