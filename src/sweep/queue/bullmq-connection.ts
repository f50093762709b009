/** The optional packages for a queue in Redis, and a connection that outlives the server's restarts. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { ToolMissing } from '../../tools/index.js';
import { SweepError } from '../errors.js';

export interface RedisOptions {
  /** redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// for TLS. */
  readonly url: string;
  /** Lines for people: the connection is lost, is back. */
  readonly notice?: (line: string) => void;
  /** How long the first connection may take: a server may just be starting again. 30,000 by default. */
  readonly connectMs?: number;
}

export interface RedisPackages {
  readonly bullmq: typeof import('bullmq');
  readonly ioredis: Pick<typeof import('ioredis'), 'Redis'>;
}

/** @throws ToolMissing (exit code 3) when bullmq or ioredis, optional dependencies of nomul, are not installed */
export const loadRedisPackages = async (
  load: () => Promise<RedisPackages> = importRedisPackages,
): Promise<RedisPackages> => {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    const missing = 'a queue redis://... needs the npm packages bullmq and ioredis, and one is not installed';
    throw new ToolMissing('bullmq', missing, 'npm install bullmq ioredis');
  }
};

const importRedisPackages = async (): Promise<RedisPackages> => ({
  bullmq: await import('bullmq'),
  ioredis: await import('ioredis'),
});

/** The address without its password. */
export const shownUrl = (url: string): string => {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    return parsed.href;
  } catch {
    return url;
  }
};

/**
 * A connection whose commands wait, for as long as it takes, while the server is away.
 * @throws SweepError BAD_QUEUE_URL, QUEUE_UNREACHABLE when the first connection fails
 */
export const connectRedis = async (packages: RedisPackages, options: RedisOptions): Promise<Redis> => {
  const { url, notice = () => undefined, connectMs = 30_000 } = options;
  if (!URL.canParse(url) || !/^rediss?:\/\//.test(url)) {
    throw new SweepError(
      'BAD_QUEUE_URL',
      `queue ${shownUrl(url)}: expected redis://HOST:PORT or rediss://...`,
    );
  }
  const redis = new packages.ioredis.Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 2000),
  });
  const failure = await firstConnection(redis, connectMs);
  if (failure !== undefined) {
    redis.disconnect();
    const advice = 'start the server (redis-server --appendonly yes), or correct --queue';
    throw new SweepError('QUEUE_UNREACHABLE', `queue ${shownUrl(url)}: ${failure}; ${advice}`);
  }
  announceOutages(redis, `queue ${shownUrl(url)}`, notice);
  return redis;
};

/** Why there is no connection, or undefined once there is one. A refused password is final, a refused connection not. */
const firstConnection = async (redis: Redis, limitMs: number): Promise<string | undefined> => {
  let last = 'no answer';
  const giveUp = new AbortController();
  const connected = new Promise<string | undefined>((settle) => {
    redis.once('ready', () => settle(undefined));
    redis.on('error', (error: Error) => {
      last = error.message === '' ? 'no connection' : error.message;
      if (error.name === 'ReplyError') settle(last);
    });
  });
  const timeUp = sleep(limitMs, undefined, { signal: giveUp.signal })
    .then(() => last)
    .catch(() => undefined);
  const failure = await Promise.race([connected, timeUp]);
  giveUp.abort();
  return failure;
};

const announceOutages = (redis: Redis, name: string, notice: (line: string) => void): void => {
  let away = false;
  redis.on('close', () => {
    if (!away) notice(`${name}: connection lost; waiting for the server`);
    away = true;
  });
  redis.on('ready', () => {
    if (away) notice(`${name}: connected again`);
    away = false;
  });
};
