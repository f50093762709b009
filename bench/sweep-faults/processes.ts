/** Processes of one variant, found by a mark in their environment, which their children inherit, orphans too. */
import { readdirSync, readFileSync } from 'node:fs';

const name = 'NOMUL_SWEEP_FAULTS';

/** For the environment of a process that is to be found again. */
export const markOf = (variant: string): Readonly<Record<string, string>> => ({ [name]: variant });

export interface Marked {
  readonly pid: number;
  readonly parent: number;
  /** Words of the command line. */
  readonly words: readonly string[];
}

/** All processes with this mark that run, except zombies. */
export const marked = (variant: string): readonly Marked[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
        if (!environment.includes(`${name}=${variant}`)) return [];
        const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
        const [state = '', parent = ''] = (
          readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1) ?? ''
        ).split(' ');
        return state === 'Z' ? [] : [{ pid: Number(entry), parent: Number(parent), words }];
      } catch {
        // It has ended while we looked.
        return [];
      }
    });

/** kill -9. False: it has ended already. */
export const killNow = (pid: number): boolean => {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
};

/** kill -9 of all of them, until none is left. Returns how many. */
export const killAll = (variant: string): number => {
  const killed = new Set<number>();
  for (let left = marked(variant); left.length > 0; left = marked(variant)) {
    for (const { pid } of left) if (killNow(pid)) killed.add(pid);
  }
  return killed.size;
};

/** `nomul sweep worker` itself, not its executor or tools. */
export const isWorker = ({ words }: Marked): boolean =>
  words.some((word, i) => word === 'sweep' && words[i + 1] === 'worker');

/** The job script of a Slurm pilot. */
export const isJobScript = ({ words }: Marked): boolean =>
  /(^|\/)bash$/.test(words[0] ?? '') && /slurm_script$/.test(words[1] ?? '');
