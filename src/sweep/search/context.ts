/** What a search works with: its options, and what they name, read. */

import {
  quantizeOptionsSchema,
  readQuantizeInputs,
  type FlowHooks,
  type QuantizeInputs,
} from '../../flow/index.js';
import { readLiberty, type Library } from '../../synth/index.js';
import type { FindOptions } from '../../tools/index.js';
import type { SearchOptions } from './options.js';

export interface SearchContext {
  readonly inputs: QuantizeInputs;
  readonly options: SearchOptions;
  readonly library: Library | undefined;
  readonly tools: FindOptions;
  readonly progress: (stage: string, done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** @throws FlowError, NnError, QuantError, BadLiberty for what is in the files */
export const contextOf = (options: SearchOptions, hooks: FlowHooks): SearchContext => {
  const { model, data, inputScale, validation, seed, out } = options;
  const method = 'uniform';
  return {
    options,
    inputs: readQuantizeInputs(
      quantizeOptionsSchema.parse({ model, data, inputScale, validation, seed, out, method }),
    ),
    library: options.liberty === undefined ? undefined : readLiberty(options.liberty),
    tools: options.tools === undefined ? {} : { force: options.tools },
    progress: (stage, done, total) => hooks.progress?.(stage, done, total),
    signal: hooks.signal,
  };
};
