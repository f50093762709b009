import type { KernelInstance } from '../kernels/kernels.js';
import { createTwin } from '../kernels/twin.js';

/** The kernels that every thread computes with. */
export const openKernels = (): Promise<KernelInstance> => Promise.resolve(createTwin());
