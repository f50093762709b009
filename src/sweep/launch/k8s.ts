/** Workers as pods of a Kubernetes cluster: a manifest to look at, change and apply; nothing is applied here. */

import { createHash } from 'node:crypto';
import type { Json } from '../canonical.js';
import { SweepError } from '../errors.js';

export interface ManifestOptions {
  /** Sweep file and folder, as the containers see them. */
  readonly file: string;
  readonly out: string;
  readonly workers: number;
  /** An image with nomul in /usr/local/bin or elsewhere on its PATH. */
  readonly image: string;
  /** A PersistentVolumeClaim, ReadWriteMany, that holds file and folder. */
  readonly claim: string;
  /** Where it is mounted. */
  readonly mount: string;
  /** redis://...; without it the queue is in the folder. */
  readonly queue?: string;
  /** A Secret whose entry `url` is the queue's address with its password. */
  readonly queueSecret?: string;
  /** MiB of memory of one worker. */
  readonly memoryMiB?: number;
}

/** Time from the request to end to the kill; a worker gives its job back before. */
const endSeconds = 120;
const graceSeconds = 100;

/**
 * A List (JSON, which is YAML too) of two Jobs for Kubernetes 1.29 or later: one pod that keeps the queue full, and an Indexed
 * Job of `workers` pods. Evicted pods are started again without end, crashed ones 20 times.
 * @throws SweepError BAD_QUEUE_URL for a password in clear
 */
export const k8sManifest = (options: ManifestOptions): Json => {
  const { file, out, workers, queue } = options;
  if (queue !== undefined && URL.canParse(queue) && new URL(queue).password !== '') {
    const advice = 'put it in a Secret and name that with --queue-secret';
    throw new SweepError(
      'BAD_QUEUE_URL',
      `the queue's address holds a password, and a manifest is no place for it; ${advice}`,
    );
  }
  const name = `nomul-sweep-${createHash('sha256').update(`${file}\n${out}`).digest('hex').slice(0, 8)}`;
  const job = (role: Role, pods: number, args: readonly string[]): Json => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${name}-${role}`, labels: { app: name, role } },
    spec: {
      completionMode: 'Indexed',
      completions: pods,
      parallelism: pods,
      backoffLimitPerIndex: 20,
      podFailurePolicy: { rules: failureRules(role) },
      template: { metadata: { labels: { app: name, role } }, spec: podSpec(options, role, args) },
    },
  });
  // The queue is empty for so long only when the sweep has ended, or nobody is there to go on with it.
  const idle = ['--idle', '1800', '--grace', `${graceSeconds}`, '--quiet'];
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      job('run', 1, ['sweep', 'run', file, '--out', out, '--jobs', '0', '--quiet']),
      job('worker', workers, ['sweep', 'worker', out, ...idle]),
    ],
  };
};

type Role = 'run' | 'worker';

/**
 * Never better in another pod: a wrong option, a missing tool; of `run` also results that contradict each other, and points
 * that failed after their tries, which each new `run` would forgive.
 */
const finalCodes: Readonly<Record<Role, readonly number[]>> = { run: [1, 2, 3, 5], worker: [2, 3] };

const failureRules = (role: Role): Json => [
  // Not the pod's fault: evicted.
  { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  { action: 'FailIndex', onExitCodes: { containerName: 'nomul', operator: 'In', values: finalCodes[role] } },
];

const podSpec = (options: ManifestOptions, role: Role, args: readonly string[]): Json => {
  const { image, claim, mount, memoryMiB = 4096 } = options;
  const resources = {
    cpu: role === 'worker' ? '1' : '250m',
    memory: role === 'worker' ? `${memoryMiB}Mi` : '512Mi',
  };
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: endSeconds,
    containers: [
      {
        name: 'nomul',
        image,
        command: ['nomul', ...args],
        env: environment(options),
        resources: { requests: resources, limits: { memory: resources.memory } },
        volumeMounts: [{ name: 'sweep', mountPath: mount }],
      },
    ],
    volumes: [{ name: 'sweep', persistentVolumeClaim: { claimName: claim } }],
  };
};

/** The queue's address, where `nomul sweep` looks for it. */
const environment = ({ queue, queueSecret }: ManifestOptions): Json => {
  if (queueSecret !== undefined) {
    return [{ name: 'NOMUL_QUEUE', valueFrom: { secretKeyRef: { name: queueSecret, key: 'url' } } }];
  }
  return queue === undefined ? [] : [{ name: 'NOMUL_QUEUE', value: queue }];
};
