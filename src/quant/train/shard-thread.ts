/** A worker thread: opens a network, then executes the shards it is sent, in order, one answer each. */
import { parentPort } from 'node:worker_threads';
import { openKernels } from './open-kernels.js';
import {
  createShard,
  type Shard,
  type ShardJob,
  type ShardNetwork,
  type ShardResult,
  type ShardState,
} from './shard.js';

export type Request =
  | { readonly kind: 'open'; readonly network: ShardNetwork }
  | { readonly kind: 'load'; readonly state: ShardState }
  | { readonly kind: 'run'; readonly job: ShardJob };

/** To a `run`; `failure`: the message of what was thrown. */
export type Answer = { readonly result: ShardResult } | { readonly failure: string };

function serve(port: NonNullable<typeof parentPort>): void {
  let shard: Promise<Shard> = Promise.reject(new Error('shard thread: run before open'));
  shard.catch(() => undefined);
  const answer = async (job: ShardJob): Promise<void> => {
    const result = (await shard).run(job);
    const arrays = [result.gradients, result.statistics, result.logits, ...Object.values(result.taps)];
    const owned = arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    port.postMessage({ result } satisfies Answer, owned);
  };
  port.on('message', (request: Request) => {
    if (request.kind === 'open') {
      shard = openKernels().then((instance) => createShard(request.network, instance));
    } else if (request.kind === 'load') {
      shard = shard.then((one) => {
        one.load(request.state);
        return one;
      });
    } else {
      answer(request.job).catch((error: unknown) => {
        port.postMessage({ failure: String(error) } satisfies Answer);
      });
    }
  });
}

if (parentPort !== null) serve(parentPort);
