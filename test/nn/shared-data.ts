import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

export const sharedPath = (name: string): string => folder + name;
export const readShared = (name: string): Uint8Array => readFileSync(sharedPath(name));

/** Whether ../shared/data is there. In CI it must be: then tests run and fail where it is not. */
export function haveShared(): boolean {
  if (existsSync(folder) || process.env['CI'] !== undefined) return true;
  console.warn(`skipped: tests on models and pictures that the project did not make need ${folder}`);
  return false;
}
