import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlurmAway, slurmCommands, SlurmRefused, type Pilot, type Slurm } from './slurm-commands.js';
import { pilotScript } from './slurm-script.js';
import { slurmLauncher } from './slurm.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nomul-slurm-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const program = { command: 'node', args: ['main.js', 'sweep', 'worker', "it's here"] };

/** A cluster that runs at once what it is given, and does with it what a test says. */
class Cluster implements Slurm {
  pilotsNow: Pilot[] = [];
  nodes: { node: string; state: string; reason: string }[] = [];
  away = false;
  refuses = '';
  readonly signals: string[] = [];
  private last = 0;

  submit(_script: string, tasks: number): Promise<void> {
    if (this.away) return Promise.reject(new SlurmAway('sbatch: Unable to contact slurm controller'));
    if (this.refuses !== '') return Promise.reject(new SlurmRefused(this.refuses));
    for (let n = 0; n < tasks; n++) {
      this.pilotsNow.push({ id: `${++this.last}`, state: 'RUNNING', reason: 'None' });
    }
    return Promise.resolve();
  }
  pilots(): Promise<readonly Pilot[]> {
    if (this.away) return Promise.reject(new SlurmAway('squeue: Unable to contact slurm controller'));
    return Promise.resolve([...this.pilotsNow]);
  }
  outOfService(): ReturnType<Slurm['outOfService']> {
    return Promise.resolve(this.nodes);
  }
  signal(ids: readonly string[], signal: string): Promise<void> {
    this.signals.push(...ids.map((id) => `${signal} ${id}`));
    this.pilotsNow = this.pilotsNow.filter(({ id }) => !ids.includes(id));
    return Promise.resolve();
  }
  cancel(ids: readonly string[]): Promise<void> {
    this.pilotsNow = this.pilotsNow.filter(({ id }) => !ids.includes(id));
    return Promise.resolve();
  }
  states(): readonly string[] {
    return this.pilotsNow.map(({ id, state }) => `${id} ${state}`);
  }
}

describe('the launcher for Slurm', () => {
  const launch = (slurm: Slurm, workers = 3) => {
    const lines: string[] = [];
    const launcher = slurmLauncher({
      folder,
      program,
      workers,
      slurm,
      lookMs: 0,
      notice: (line) => lines.push(line),
    });
    return { launcher, lines };
  };

  it('submits as many pilots as workers are asked for, and those again that are gone', async () => {
    const cluster = new Cluster();
    const { launcher, lines } = launch(cluster);
    await launcher.start();
    expect(cluster.states()).toEqual(['1 RUNNING', '2 RUNNING', '3 RUNNING']);
    cluster.pilotsNow.splice(0, 2);
    await launcher.check(1);
    await launcher.check(1);
    expect(cluster.states()).toEqual(['3 RUNNING', '4 RUNNING', '5 RUNNING']);
    expect(lines).toEqual(['slurm: 2 of 3 pilots are gone; submitting them again']);
  });

  it('finds the pilots of a run before it, and submits none beside them', async () => {
    const cluster = new Cluster();
    await launch(cluster).launcher.start();
    await launch(cluster).launcher.start();
    expect(cluster.pilotsNow.length).toBe(3);
  });

  it('replaces held pilots, waits for drained nodes, and says once what an administrator has to do', async () => {
    const cluster = new Cluster();
    const { launcher, lines } = launch(cluster, 2);
    await launcher.start();
    cluster.pilotsNow = [
      { id: '1', state: 'PENDING', reason: 'launch failed requeued held' },
      { id: '2', state: 'PENDING', reason: 'Nodes required for job are DOWN, DRAINED' },
    ];
    cluster.nodes = [{ node: 'n7', state: 'drained', reason: 'Duplicate jobid' }];
    await launcher.check(0);
    await launcher.check(0);
    expect(cluster.pilotsNow.length).toBe(3);
    expect(lines.filter((line) => line.includes('scontrol'))).toEqual([
      'slurm: pilot 1 is held (launch failed requeued held); scontrol release 1',
      'slurm: node n7 is drained (Duplicate jobid); when it is sound: scontrol update nodename=n7 state=resume',
    ]);
  });

  it('waits while the controller is away, for the first submission too', async () => {
    const cluster = new Cluster();
    cluster.away = true;
    const { launcher, lines } = launch(cluster);
    await launcher.start();
    await launcher.check(0);
    expect(lines).toEqual(['slurm: the controller does not answer; waiting for it']);
    cluster.away = false;
    await launcher.check(0);
    expect(cluster.pilotsNow.length).toBe(3);
  });

  it('gives up when pilots end again and again without finishing a job, and not while jobs are finished', async () => {
    const cluster = new Cluster();
    const { launcher } = launch(cluster);
    const dying = async (finished: number): Promise<void> => {
      cluster.pilotsNow = [];
      await launcher.check(finished);
    };
    await launcher.start();
    for (let finished = 1; finished < 20; finished++) await dying(finished);
    const inVain = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) await dying(19);
    };
    await expect(inVain()).rejects.toMatchObject({ code: 'WORKERS_FAILED', exitCode: 4 });
  });

  it('says what Slurm said when it refuses the script', async () => {
    const cluster = new Cluster();
    cluster.refuses = 'sbatch: error: invalid partition specified: fast';
    await expect(launch(cluster).launcher.start()).rejects.toMatchObject({
      code: 'WORKERS_FAILED',
      message: expect.stringContaining('invalid partition specified: fast') as string,
    });
  });

  it('asks each running pilot once to end, forgets those that wait, and returns when none is left', async () => {
    const cluster = new Cluster();
    const { launcher } = launch(cluster);
    await launcher.start();
    const [first] = cluster.pilotsNow;
    cluster.pilotsNow[0] = { id: first?.id ?? '', state: 'PENDING', reason: 'Resources' };
    await launcher.drain();
    expect(cluster.pilotsNow).toEqual([]);
    expect(cluster.signals).toEqual(['USR2 2', 'USR2 3']);
  });
});

/** Programs on a PATH of their own, in front of the usual one. */
const withPrograms = (programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
};

describe('the commands of Slurm', () => {
  it('are asked with options that Slurm 22.05 has, and their tables are read', async () => {
    const log = join(folder, 'log');
    const noted = (answer: string): string => `echo "$(basename $0) $*" >> ${log}\nprintf '${answer}'`;
    const slurm = slurmCommands(
      withPrograms({
        sbatch: noted('17\\n'),
        squeue: noted('17_1|RUNNING|None\\n17_2|PENDING|Resources\\n'),
        sinfo: noted('n1|idle|none\\nn2|drained*|low memory\\n'),
        scancel: noted(''),
      }),
    );
    await slurm.submit('pilot.sh', 2);
    expect(await slurm.pilots('nomul-1')).toEqual([
      { id: '17_1', state: 'RUNNING', reason: 'None' },
      { id: '17_2', state: 'PENDING', reason: 'Resources' },
    ]);
    expect(await slurm.outOfService()).toEqual([{ node: 'n2', state: 'drained*', reason: 'low memory' }]);
    await slurm.signal(['17_1'], 'USR2');
    await slurm.cancel([]);
    await slurm.cancel(['17_2']);
    expect(readFileSync(log, 'utf8').replace(/--user=\S+/, '--user=ME'))
      .toBe(`sbatch --parsable --array=1-2 pilot.sh
squeue --noheader --user=ME --array --name=nomul-1 --format=%i|%T|%r
sinfo --noheader --Node --format=%N|%T|%E
scancel --batch --signal=USR2 17_1
scancel 17_2
`);
  });

  it('tell a controller that is away from a refusal, and a program that is not installed', async () => {
    const slurm = slurmCommands(
      withPrograms({
        squeue:
          'echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1',
        sbatch: 'echo "sbatch: error: Invalid --mem specification" >&2; exit 1',
      }),
    );
    await expect(slurm.pilots('x')).rejects.toBeInstanceOf(SlurmAway);
    const refused = await slurm.submit('x', 1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SlurmRefused);
    expect(refused).not.toBeInstanceOf(SlurmAway);
    const nowhere = slurmCommands({ PATH: folder });
    await expect(nowhere.cancel(['1'])).rejects.toMatchObject({ exitCode: 3 });
  });
});

describe('the script of a pilot', () => {
  it('asks for notice and for another turn, and quotes what a shell would change', () => {
    const { text, name } = pilotScript(program, '/sweep/slurm', ['--mem=4G']);
    expect(text).toContain('#SBATCH --signal=B:TERM@120\n#SBATCH --requeue\n');
    expect(text).toContain('#SBATCH --mem=4G\n');
    expect(text).toContain("node main.js sweep worker 'it'\\''s here' &");
    expect(pilotScript(program, '/elsewhere', []).name).toBe(name);
  });

  /** A worker that tells that it runs, and ends at SIGTERM with status 0 after the job at hand. */
  const worker = (): ChildProcess => {
    const script = join(folder, 'pilot.sh');
    const body = `trap 'sleep 0.2; echo drained >> ${folder}/said; exit 0' TERM; touch ${folder}/up; while :; do sleep 0.05; done`;
    writeFileSync(script, pilotScript({ command: 'bash', args: ['-c', body] }, folder, []).text);
    const environment = withPrograms({ scontrol: `echo "$*" >> ${folder}/said` });
    return spawn('bash', [script], { env: { ...environment, SLURM_JOB_ID: '17' }, stdio: 'ignore' });
  };
  const running = async (): Promise<ChildProcess> => {
    const child = worker();
    while (!existsSync(join(folder, 'up'))) await sleep(20);
    return child;
  };

  it('has the worker finish its job at SIGTERM and goes back to the queue', async () => {
    const child = await running();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('drained\nrequeue 17\n');
  });

  it('ends for good at SIGUSR2, after the worker', async () => {
    const child = await running();
    child.kill('SIGUSR2');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('drained\n');
  });
});
