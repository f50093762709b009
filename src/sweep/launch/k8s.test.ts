import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exitCodes } from '../../cli/exit-codes.js';
import { k8sManifest } from './k8s.js';

const options = {
  file: '/data/sweep.json',
  out: '/data/out',
  workers: 8,
  image: 'registry.example/nomul:1',
  claim: 'sweep-claim',
  mount: '/data',
} as const;

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const labels = z.strictObject({ app: label, role: label });
/** What the API of batch/v1 takes, as far as a manifest uses it; a field of another name would be dropped or refused. */
const jobShape = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({ name: label, labels }),
  spec: z.strictObject({
    completionMode: z.literal('Indexed'),
    completions: z.int().positive(),
    parallelism: z.int().positive(),
    backoffLimitPerIndex: z.int().positive(),
    podFailurePolicy: z.strictObject({
      rules: z.array(
        z.union([
          z.strictObject({
            action: z.literal('Ignore'),
            onPodConditions: z.array(
              z.strictObject({ type: z.literal('DisruptionTarget'), status: z.literal('True') }),
            ),
          }),
          // FailIndex is allowed with backoffLimitPerIndex only.
          z.strictObject({
            action: z.literal('FailIndex'),
            onExitCodes: z.strictObject({
              containerName: z.string(),
              operator: z.literal('In'),
              values: z.array(z.int().positive()),
            }),
          }),
        ]),
      ),
    }),
    template: z.strictObject({
      metadata: z.strictObject({ labels }),
      spec: z.strictObject({
        // podFailurePolicy is allowed with Never only.
        restartPolicy: z.literal('Never'),
        terminationGracePeriodSeconds: z.int().positive(),
        containers: z.tuple([
          z.strictObject({
            name: label,
            image: z.string().min(1),
            command: z.array(z.string()).min(1),
            env: z.array(
              z.union([
                z.strictObject({ name: z.string(), value: z.string() }),
                z.strictObject({
                  name: z.string(),
                  valueFrom: z.strictObject({
                    secretKeyRef: z.strictObject({ name: label, key: z.string() }),
                  }),
                }),
              ]),
            ),
            resources: z.strictObject({
              requests: z.strictObject({ cpu: quantity, memory: quantity }),
              limits: z.strictObject({ memory: quantity }),
            }),
            volumeMounts: z.array(z.strictObject({ name: label, mountPath: z.string().startsWith('/') })),
          }),
        ]),
        volumes: z.array(
          z.strictObject({ name: label, persistentVolumeClaim: z.strictObject({ claimName: label }) }),
        ),
      }),
    }),
  }),
});
const listShape = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('List'),
  items: z.tuple([jobShape, jobShape]),
});
const parsed = (more: { queue?: string; queueSecret?: string } = {}) =>
  listShape.parse(k8sManifest({ ...options, ...more })).items;

describe('the manifest for Kubernetes', () => {
  it('is one Job that keeps the queue full and an Indexed Job of workers, on the same volume', () => {
    const [run, worker] = parsed();
    expect([run.spec.completions, worker.spec.completions, worker.spec.parallelism]).toEqual([1, 8, 8]);
    expect(run.metadata.name).not.toBe(worker.metadata.name);
    for (const { spec } of [run, worker]) {
      const [container] = spec.template.spec.containers;
      expect(container.volumeMounts.map(({ name }) => name)).toEqual(
        spec.template.spec.volumes.map(({ name }) => name),
      );
      for (const rule of spec.podFailurePolicy.rules) {
        if (rule.action === 'FailIndex') expect(rule.onExitCodes.containerName).toBe(container.name);
      }
    }
  });

  it('runs workers that give their job back before they are killed', () => {
    const [, { spec }] = parsed();
    const [{ command }] = spec.template.spec.containers;
    expect(command.slice(0, 4)).toEqual(['nomul', 'sweep', 'worker', '/data/out']);
    const grace = Number(command[command.indexOf('--grace') + 1]);
    expect(grace).toBeGreaterThan(0);
    expect(grace).toBeLessThan(spec.template.spec.terminationGracePeriodSeconds);
  });

  it('starts no pod again whose exit code says that another one ends the same', () => {
    const finalOf = ({ spec }: ReturnType<typeof parsed>[number]) =>
      spec.podFailurePolicy.rules.flatMap((rule) =>
        rule.action === 'FailIndex' ? rule.onExitCodes.values : [],
      );
    const [run, worker] = parsed();
    const { checkFailed, badInput, toolMissing, partial } = exitCodes;
    expect(finalOf(run)).toEqual([checkFailed, badInput, toolMissing, partial]);
    expect(finalOf(worker)).toEqual([badInput, toolMissing]);
    // Evicted pods are not counted, whatever their exit code: the first rule that fits decides.
    for (const { spec } of [run, worker]) expect(spec.podFailurePolicy.rules[0]?.action).toBe('Ignore');
  });

  it('names the queue to all pods, and a password only by the name of its Secret', () => {
    for (const { spec } of parsed({ queue: 'redis://redis:6379' })) {
      expect(spec.template.spec.containers[0].env).toEqual([
        { name: 'NOMUL_QUEUE', value: 'redis://redis:6379' },
      ]);
    }
    const valueFrom = { secretKeyRef: { name: 'redis', key: 'url' } };
    expect(parsed({ queueSecret: 'redis' })[1].spec.template.spec.containers[0].env).toEqual([
      { name: 'NOMUL_QUEUE', valueFrom },
    ]);
    expect(() => parsed({ queue: 'redis://:secret@redis' })).toThrow(/password.*--queue-secret/);
  });
});
