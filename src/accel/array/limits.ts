/** Widths that hold every network of one shape: what `--reloadable` hardware is built for. */

import { signedWidth, typeRange, type Range } from '../../num/index.js';
import type { IntegerLayer, IntegerNetwork } from '../../nn/index.js';
import { AccelError } from '../errors.js';
import { engineOf, positionsPerResult, type Job, type WalkConfig } from './jobs.js';
import { multiplierLimit, type LayerWords } from './requantize-words.js';
import { layerInputs, tensorOf } from './tensors.js';

/** The window of shifts of reloadable hardware. */
export const reloadableShifts = { min: 1, max: 32 } as const;

export interface FormatLimits {
  readonly acc: number;
  readonly multiplier: number;
  readonly addend: number;
  readonly sum: number;
  readonly result: number;
}

/** From the declared bits of weights and activations alone, whatever their values. */
export const formatLimits = (
  network: IntegerNetwork,
  jobs: readonly Job[],
  config: WalkConfig,
): FormatLimits => {
  const greatest = jobs.map((job) => greatestSum(network, job, config)).reduce((a, b) => (a > b ? a : b));
  const acc = signedWidth({ lo: -greatest - 1n, hi: greatest });
  const sum = acc + multiplierLimit + 1;
  const result = Math.max(...network.layers.map((layer) => resultWidth(network, layer)));
  return { acc, multiplier: multiplierLimit, addend: sum - 1, sum, result };
};

/** Holds a result, the limits of its clamp and their distances from the zero point, wherever those lie in the type. */
const resultWidth = (network: IntegerNetwork, layer: IntegerLayer): number => {
  const { signed, bits } = tensorOf(network, layer.output);
  const { lo, hi } = typeRange(signed, bits);
  const anyZeroPoint = layer.kind !== 'maxPool' && (layer.kind === 'add' || layer.requantize !== undefined);
  return signedWidth(anyZeroPoint ? { lo: lo - hi, hi: hi - lo } : { lo, hi });
};

const greatestSum = (network: IntegerNetwork, job: Job, config: WalkConfig): bigint => {
  const { layer } = job;
  const input = tensorOf(network, layerInputs(layer)[0] ?? '');
  const act = 1n << BigInt(input.signed ? input.bits - 1 : input.bits);
  const engine = engineOf(job, config);
  if (layer.kind !== 'conv' || engine === undefined) return BigInt(job.kernel[0] * job.kernel[1]) * act;
  const weight = layer.weightFormat === 'ternary' ? 1n : 1n << BigInt(layer.weightBits - 1);
  return BigInt(positionsPerResult(job, config)) * engine.greatestTerm(act, weight);
};

/** @throws AccelError ACC004 when a word of the network does not fit hardware of its shape. */
export const checkLimits = (
  network: IntegerNetwork,
  words: readonly LayerWords[],
  limits: FormatLimits,
): void => {
  words.forEach((layer, index) => {
    for (const { multiplier, addend, shift } of layer.words) {
      const fits =
        holds(limits.multiplier, multiplier) &&
        holds(limits.addend, addend) &&
        shift >= reloadableShifts.min &&
        shift <= reloadableShifts.max;
      if (!fits) {
        throw new AccelError(
          'ACC004',
          `layer ${network.layers[index]?.name ?? index}: multiplier ${multiplier}, addend ${addend}, shift ${shift} do not fit reloadable hardware (${limits.multiplier} and ${limits.addend} bits, shifts ${reloadableShifts.min}..${reloadableShifts.max}); build without --reloadable`,
        );
      }
    }
  });
};

const holds = (width: number, value: bigint): boolean => {
  const range: Range = { lo: value, hi: value };
  return signedWidth(range) <= width;
};
