/** The executor's process: `executor-main FOLDER`, started by a worker. */

import { flowStages } from '../stages/registry.js';
import { runExecutor } from './executor.js';

runExecutor(process.argv[2] ?? '.', flowStages());
