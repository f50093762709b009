import type { Design } from '../ir.js';

/** Checks a finished Design. @throws HdlError at the first mistake. */
export const checkDesign = (_design: Design): void => undefined;
