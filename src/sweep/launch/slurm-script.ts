/** The job script of a pilot: it holds a place on a machine and runs a worker there. */

import { createHash } from 'node:crypto';
import type { Program } from '../worker/programs.js';

export interface PilotScript {
  /** Of the jobs: pilots of the same worker have the same, also after the sweep was started again. */
  readonly name: string;
  readonly text: string;
}

/** Sent by Slurm so long before the time limit, to finish the job at hand in. */
export const noticeSeconds = 120;

/**
 * `program` on SIGTERM is to finish the job at hand and end. SIGTERM from Slurm (time limit, preemption) ends the worker and
 * puts the pilot back in the queue; SIGUSR2, the sweep's own word, ends it for good. `logs`: a folder. `options`: more
 * options of sbatch, one each (`--partition=short`).
 */
export const pilotScript = (program: Program, logs: string, options: readonly string[]): PilotScript => {
  const command = [program.command, ...program.args].map(quoted).join(' ');
  const hash = createHash('sha256').update(command).digest('hex').slice(0, 12);
  const name = `nomul-${hash}`;
  const text = `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --signal=B:TERM@${noticeSeconds}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${logs}/%A_%a.log
${options.map((option) => `#SBATCH ${option}\n`).join('')}
# Written by nomul: a worker of a sweep. Submit it by hand for one more: sbatch --array=1-1 FILE
${command} &
worker=$!
trap 'again=yes; kill -TERM $worker 2>/dev/null' TERM
trap 'kill -TERM $worker 2>/dev/null' USR2
wait $worker
status=$?
# A signal to us ends the waiting before the worker ends.
while kill -0 $worker 2>/dev/null; do
  wait $worker
  status=$?
done
if [ "$again" = yes ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit $status
`;
  return { name, text };
};

/** For bash. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
