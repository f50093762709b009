import type { KernelInstance } from '../kernels/kernels.js';
import { createKernels } from '../kernels/create.js';

/** The kernels that every thread computes with. */
export const openKernels = (): Promise<KernelInstance> => Promise.resolve(createKernels());
