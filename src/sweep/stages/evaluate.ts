/** The network with the PEs asked for: its accuracy by the bit-exact reference, and its costs by counting. */

import { z } from 'zod';
import { accuracyOf, expectationOf, operationEnergyPj } from '../../flow/index.js';
import { countNetwork, type IntegerNetwork } from '../../nn/index.js';
import type { JsonObject } from '../canonical.js';
import { infeasibleOr } from './infeasible.js';
import { networkOf, peInputs, pictureRequest, readPictures } from './inputs.js';
import type { Stage } from './stage.js';

const inputsSchema = z.object({
  network: z.string(),
  pe: z.unknown(),
  pictures: z.object({ inputScale: z.number().nullable() }).nullable(),
});

export const evaluateStage: Stage = {
  name: 'evaluate',
  version: 2,
  after: ['quantize'],
  request: (point, { quantize }) => {
    const pictures = pictureRequest(point);
    return {
      inputs: {
        network: quantize?.['network'] ?? null,
        pe: peInputs(point),
        pictures: pictures?.inputs ?? null,
      },
      context: { pictures: pictures?.context ?? null },
    };
  },
  run: (job, { blobs, signal }) =>
    infeasibleOr(async () => {
      const { network: blob, pe, pictures } = inputsSchema.parse(job.inputs);
      const { network, rounded } = networkOf(blobs, blob, pe);
      const accuracy =
        pictures === null
          ? null
          : await measure(network, job.context['pictures'], pictures.inputScale, signal);
      return { ...costsOf(network), accuracy, roundedLayers: rounded.length };
    }),
};

/** null: pictures without labels. */
const measure = async (
  network: IntegerNetwork,
  context: unknown,
  inputScale: number | null,
  signal: AbortSignal,
): Promise<JsonObject | null> => {
  const { samples, labels } = readPictures(network, context, inputScale);
  if (labels === undefined) return null;
  const { top1, pictures } = accuracyOf(await expectationOf(network, samples, { signal }), labels);
  return { top1, pictures };
};

/** As src/quant counts: additions and shifts are no multiplications, products by a table are. */
const costsOf = (network: IntegerNetwork): JsonObject => {
  const { layers, macs, weights, weightStorageBits } = countNetwork(network);
  const convs = network.layers.filter((layer) => layer.kind === 'conv');
  const macsOf = new Map(layers.map(({ layer, macs: each }) => [layer, each]));
  const multiplying = convs.filter(
    ({ weightFormat, product }) => weightFormat === 'int' || product !== 'exact',
  );
  return {
    macs,
    multiplications: multiplying.reduce((sum, { name }) => sum + (macsOf.get(name) ?? 0), 0),
    bitsPerWeight: weights === 0 ? null : weightStorageBits / weights,
    operationEnergyPj: convs.reduce((sum, layer) => sum + operationEnergyPj(network, layer), 0),
  };
};
