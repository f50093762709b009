/** A worker, or its executor, of synthetic stages as a process: `worker-process ROLE FOLDER`. */

import { leaseDirectory } from '../queue/lease-directory.js';
import { runExecutor } from '../worker/executor.js';
import { serveWorker } from './serve.js';
import { syntheticStages } from './synthetic.js';

const [role = '', folder = ''] = process.argv.slice(2);
if (role === 'executor') runExecutor(folder, syntheticStages);
else await serveWorker(folder, leaseDirectory(folder, { beatMs: 100, staleMs: 3000 }), import.meta.url);
