/** The network of integers: what a method makes of a float network, or the model as it came. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { quantize, quantizeOptionsSchema } from '../../flow/index.js';
import { isQuantizing, plain, readRef, requireData } from './inputs.js';
import { methodContent, asItCame } from '../spec/points.js';
import { blobName } from '../store/store.js';
import type { Stage } from './stage.js';

const inputsSchema = z.object({
  model: z.string(),
  method: z.object({
    method: z.string(),
    config: z.record(z.string(), z.json()),
    epochs: z.number().nullable(),
    validation: z.number().nullable(),
    seed: z.number(),
  }),
  inputScale: z.number().nullable(),
  data: z.string().nullable(),
});
const file = z.object({ path: z.string() });
const contextSchema = z.object({ model: file, data: file.nullable() });

export const quantizeStage: Stage = {
  name: 'quantize',
  version: 1,
  after: [],
  // Methods train for as long as their configuration says.
  minutes: 1440,
  request: (point) => {
    const { model, method } = point;
    const quantizing = isQuantizing(point);
    return {
      inputs: {
        model: model.model.sha256,
        method: methodContent(method),
        inputScale: quantizing ? model.inputScale : null,
        data: quantizing ? (model.data?.sha256 ?? null) : null,
      },
      context: { model: plain(model.model), data: quantizing ? plain(model.data) : null },
    };
  },
  run: async (job, { blobs, work, checkpoints, signal }) => {
    const { model: hash, method, inputScale, data: dataHash } = inputsSchema.parse(job.inputs);
    const { model, data } = contextSchema.parse(job.context);
    const bytes = readRef(model.path, hash);
    if (method.method === asItCame || data === null || dataHash === null)
      return { kind: 'done', outputs: { network: blobName(blobs.put(bytes)), accuracyBefore: null } };
    // The same name whatever the user's file is called: names go into what is written.
    const [copy, config, out] = [
      join(work, 'network.onnx'),
      join(work, 'config.json'),
      join(checkpoints, 'out'),
    ];
    writeFileSync(copy, bytes);
    writeFileSync(config, JSON.stringify(method.config));
    const options = quantizeOptionsSchema.parse({
      ...{ model: copy, method: method.method, config, out, seed: method.seed },
      data: requireData(data.path, dataHash),
      inputScale: inputScale ?? undefined,
      epochs: method.epochs ?? undefined,
      validation: method.validation ?? undefined,
    });
    const { report } = await quantize(options, { signal });
    return {
      kind: 'done',
      outputs: {
        network: blobName(blobs.put(readFileSync(join(out, report.files.qonnx)))),
        accuracyBefore: report.accuracy.before,
      },
    };
  },
};
