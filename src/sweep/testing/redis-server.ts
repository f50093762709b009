/** A redis-server of our own, on a free port of this machine, that can be killed and started again. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface RedisServer {
  readonly url: string;
  /** Resolves once it accepts connections. @throws Error when it ends before */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Whether the program is there: undefined, or why tests with it cannot run. */
export const whyNoRedis = (): string | undefined =>
  spawnSync('redis-server', ['--version']).status === 0
    ? undefined
    : 'redis-server is not installed (apt-get install redis-server)';

/** Its data lie in `folder`, appended to a file that is synced every second, as docs/sweep-cluster.md recommends. */
export const redisServer = async (folder: string): Promise<RedisServer> => {
  const port = await freePort();
  let running: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder];
    const keeping = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
    const child = spawn('redis-server', [...options, ...keeping], { stdio: ['ignore', 'pipe', 'ignore'] });
    running = child;
    await new Promise<void>((ready, refuse) => {
      let said = '';
      child.stdout.on('data', (part: Buffer) => {
        said += part.toString();
        if (said.includes('Ready to accept connections')) ready();
      });
      child.once('exit', () => refuse(new Error(`redis-server ended: ${said}`)));
    });
  };
  const kill = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { url: `redis://127.0.0.1:${port}`, start, kill };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};
