/** Whether designs fit the target, before they are trained. */

import { designName, type SearchDesign } from './designs.js';
import { mapNetwork } from './place.js';
import type { Sketches } from './sketch.js';
import type { SearchContext } from './context.js';

export type Fits = (design: SearchDesign) => Promise<boolean>;

/**
 * By synthesis of the untrained network: its memories, multipliers and requantizers are those of the trained one. Each design is
 * mapped once. @throws the errors of src/tools
 */
export const openFits = (context: SearchContext, sketches: Sketches): Fits => {
  const known = new Map<string, Promise<boolean>>();
  const map = async ({ array, formats, activationBits }: SearchDesign): Promise<boolean> => {
    const network = await sketches.get(activationBits)?.(formats);
    if (network === undefined) throw new RangeError(`no sketches of ${activationBits}-bit activations`);
    const mapped = await mapNetwork(network, array, context);
    if (mapped.kind === 'infeasible') context.progress(mapped.reason, 1, 1);
    return mapped.kind === 'mapped';
  };
  return (design) => {
    const name = designName(design);
    const answer = known.get(name) ?? map(design);
    known.set(name, answer);
    return answer;
  };
};
