/** Initial contents of the memories, as the hardware generator takes them. */

import type { ArrayPlan } from './config.js';
import { packDescriptor } from './descriptor.js';

/** 16-bit words of the whole descriptor table. */
export const descriptorTable = ({ descriptors, config }: ArrayPlan): readonly number[] =>
  descriptors.flatMap((descriptor) => packDescriptor(descriptor, config.fields));
