import type { FlowHooks } from './options.js';

/** Lets Ctrl-C and the progress bar have their turn between two long computations. @throws the signal's reason */
export const breathe = async ({ signal }: FlowHooks): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
};
