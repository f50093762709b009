/** The name of a machine: the same for its processes, and a part of file names. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { machineId } from './machine.js';

it('is the same for another process of this machine, and a file name', () => {
  const module = new URL('./machine.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ machineId }) => console.log(machineId()))`;
  const loader = ['--import', import.meta.resolve('tsx')];
  const other = execFileSync(process.execPath, [...loader, '--eval', script], { encoding: 'utf8' });
  expect(other.trim()).toBe(machineId());
  expect(machineId()).toMatch(/^[\w-]+$/);
});

it.runIf(existsSync('/proc/self/ns/pid'))('does not hang on the name of the host', () => {
  expect(machineId()).toMatch(/^[0-9a-f-]{36}-\d+$/);
});
