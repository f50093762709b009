/** The rules that a finished Design keeps. */
import type { Design } from '../ir.js';
import { checkDrivers } from './drivers.js';
import { checkLoops } from './loops.js';
import { checkModules } from './modules.js';
import { checkNames } from './names.js';
import { checkUnused } from './unused.js';

/**
 * Checks one Design; those it instantiates were checked when they were finished.
 * @throws HDL002 HDL003 HDL006 HDL007 HDL008 HDL009 HDL010 HDL011 HDL012: the first mistake found.
 */
export function checkDesign(design: Design): void {
  checkNames(design);
  checkDrivers(design);
  checkLoops(design);
  checkUnused(design);
  checkModules(design);
}
