/** Runs the evidence of a failed comparison again: exit code 0 when both sides now agree, 1 when they differ, 2 for bad usage. */
import { replayEvidence } from './evidence.js';
import { SimError } from './errors.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('name the folder that the failed comparison wrote');
  process.exitCode = 2;
} else {
  try {
    const first = await replayEvidence(folder);
    console.log(
      first === undefined
        ? 'all outputs agree in every cycle'
        : `${first.port} is ${first.got} in cycle ${first.cycle}, and ${first.expected} in the compiled simulator`,
    );
    process.exitCode = first === undefined ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SimError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
