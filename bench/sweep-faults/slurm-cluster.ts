/**
 * A Slurm of one node in a folder of its own: munged, slurmctld, slurmd on free ports. For a container without systemd and
 * cgroups: proctrack/linuxproc, task/none, no accounting. Needs root (munged changes to its own user).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './ports.js';

export interface SlurmCluster {
  /** Environment with which sbatch, squeue and others find this cluster. */
  readonly environment: NodeJS.ProcessEnv;
  /** The controller, ended with kill -9 and started again. */
  restartController(): Promise<void>;
  stop(): Promise<void>;
}

/** Why no cluster can be started here, or undefined. */
export const whyNoSlurm = (): string | undefined => {
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch'].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length > 0) return `${missing.join(', ')} not found (apt-get install slurm-wlm munge)`;
  return process.getuid?.() === 0 ? undefined : 'slurmd and munged need root';
};

/** Starts a cluster in `folder`, emptied before. @throws Error when it does not come up within a minute */
export const startSlurm = async (folder: string, cpus: number): Promise<SlurmCluster> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'munge'), { recursive: true, mode: 0o755 });
  mkdirSync(join(folder, 'state'));
  mkdirSync(join(folder, 'spool'));
  const [controlPort = 0, nodePort = 0] = await freePorts(2);
  const configuration = join(folder, 'slurm.conf');
  writeFileSync(configuration, slurmConf(folder, controlPort, nodePort, cpus));
  const environment = { ...process.env, SLURM_CONF: configuration };
  const daemon = (name: string, args: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.out`), 'a');
    const child = spawn(name, args, { env: environment, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    return child;
  };

  const munged = startMunge(folder, daemon);
  let controller = daemon('slurmctld', ['-D', '-c']);
  const node = daemon('slurmd', ['-D', '-c', '-N', 'localhost']);
  const idle = (): Promise<void> =>
    until(() => {
      const said = spawnSync('sinfo', ['-h', '-o', '%T'], { env: environment, encoding: 'utf8' }).stdout;
      return /idle|mixed|allocated/.test(said);
    }, `Slurm did not come up; see ${folder}/*.out`);
  const stop = async (): Promise<void> => {
    for (const child of [controller, node, munged]) await end(child);
  };
  try {
    await idle();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    environment,
    restartController: async () => {
      await end(controller);
      // Without -c: it recovers its jobs.
      controller = daemon('slurmctld', ['-D']);
      await idle();
    },
    stop,
  };
};

const startMunge = (
  folder: string,
  daemon: (name: string, args: readonly string[]) => ChildProcess,
): ChildProcess => {
  const home = join(folder, 'munge');
  const key = join(home, 'key');
  writeFileSync(key, randomBytes(128), { mode: 0o400 });
  const [user = 0, group = 0] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'munge'], { encoding: 'utf8' }).stdout),
  );
  for (const path of [home, key]) chownSync(path, user, group);
  const files = ['key-file=key', 'socket=socket', 'pid-file=pid', 'log-file=log', 'seed-file=seed'].map(
    (option) => `--${option.replace('=', `=${home}/`)}`,
  );
  return daemon('setpriv', [
    `--reuid=${user}`,
    `--regid=${group}`,
    '--clear-groups',
    'munged',
    '--foreground',
    '--force',
    ...files,
  ]);
};

const slurmConf = (folder: string, controlPort: number, nodePort: number, cpus: number): string =>
  [
    'ClusterName=nomul',
    `SlurmctldHost=localhost(127.0.0.1)`,
    `SlurmctldPort=${controlPort}`,
    `SlurmdPort=${nodePort}`,
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge/socket`,
    'CredType=cred/munge',
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.log`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'SchedulerType=sched/backfill',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'JobCompType=jobcomp/filetxt',
    `JobCompLoc=${folder}/jobs.txt`,
    'MpiDefault=none',
    // More processors than the machine has: pilots that wait in turn would test nothing.
    'SlurmdParameters=config_overrides',
    'ReturnToService=2',
    'SlurmctldTimeout=30',
    'SlurmdTimeout=30',
    'KillWait=5',
    'MinJobAge=10',
    'JobRequeue=1',
    `NodeName=localhost NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${nodePort} CPUs=${cpus} State=UNKNOWN`,
    'PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP',
    '',
  ].join('\n');

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

const until = async (holds: () => boolean, otherwise: string): Promise<void> => {
  const giveUp = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > giveUp) throw new Error(otherwise);
    await sleep(500);
  }
};
