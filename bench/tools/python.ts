/** The throw-away Python environments in which benches run the peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What stops a bench and is not a defect of it: a tool that fails, a folder that is not there. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** Makes the environment once, and again when other packages are wanted. @throws BenchError */
export const preparePython = (environment: string, packages: readonly string[]): void => {
  const marker = join(environment, 'tools.txt');
  const wanted = `${packages.join('\n')}\n`;
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  console.error(`installing ${packages.join(', ')} into ${environment} ...`);
  mkdirSync(dirname(environment), { recursive: true });
  run('python3', ['-m', 'venv', environment]);
  run(join(environment, 'bin', 'pip'), ['install', '--quiet', ...packages]);
  writeFileSync(marker, wanted);
};

const run = (program: string, args: readonly string[]): void => {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0)
    throw new BenchError(`${program} failed: ${error?.message ?? `status ${String(status)}`}`);
};
