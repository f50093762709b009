/** The rules that a finished Design keeps. */
import type { Graph } from '../graph.js';
import type { Design } from '../ir.js';
import { checkCrossings } from './crossings.js';
import { checkDefinedness } from './definedness.js';
import { checkDrivers } from './drivers.js';
import { resolveLoops } from './loops.js';
import { checkModules } from './modules.js';
import { checkNames } from './names.js';
export { checkExternal } from './names.js';
import { checkStates } from './states.js';
import { checkUnused } from './unused.js';

/**
 * Checks one Design; those it instantiates were checked when they were finished. Returns it, with wires split where only
 * their bits taken together seem to form a loop; `graph` is the one that made its nodes.
 * @throws HDL002 HDL003 HDL006 HDL007 HDL008 HDL009 HDL010 HDL011 HDL012 HDL023 HDL024 HDL025 HDL026 HDL030: the first mistake found.
 */
export function checkDesign(design: Design, graph: Graph): Design {
  checkNames(design);
  checkDrivers(design);
  const resolved = resolveLoops(design, graph);
  checkCrossings(resolved);
  checkUnused(design);
  checkDefinedness(design);
  checkStates(design);
  checkModules(resolved);
  return resolved;
}
