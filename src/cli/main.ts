#!/usr/bin/env node
/** The `nomul` program: connects the command line to this process. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import * as flow from '../flow/index.js';
import { exitCodes } from './exit-codes.js';
import { runCli } from './run.js';

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8')));

// The first Ctrl-C asks the verb to stop cleanly; whoever presses it again wants out now.
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });
}
// A reader that closes the pipe early (`nomul ... | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  flow,
  version,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interruption.signal,
});
