import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: the nearest one above this file that has a package.json. */
export const PACKAGE_ROOT: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  }
}

/** Where results of earlier runs and compiled tools are kept: NOMUL_CACHE, else `.cache` beside package.json. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const configured = env['NOMUL_CACHE'];
  return configured === undefined || configured === '' ? join(PACKAGE_ROOT, '.cache') : configured;
}

/** The project-local Python environment that `make setup` fills: NOMUL_VENV, else `.venv` beside package.json. */
export function venvFolder(env: NodeJS.ProcessEnv = process.env): string {
  const configured = env['NOMUL_VENV'];
  return configured === undefined || configured === '' ? join(PACKAGE_ROOT, '.venv') : configured;
}

/** Folder and version of an installed npm package, undefined when it is not installed. */
export function npmPackage(name: string): { readonly folder: string; readonly version: string } | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = findPackageRoot(dirname(entry));
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return undefined;
    return typeof manifest.version === 'string' ? { folder, version: manifest.version } : undefined;
  } catch {
    return undefined;
  }
}

/** Version of a PyPI package installed in a virtual environment, undefined when it is not installed. */
export function pypiPackageVersion(venv: string, name: string): string | undefined {
  const prefix = `${name.replaceAll('-', '_')}-`;
  const suffix = '.dist-info';
  try {
    for (const python of readdirSync(join(venv, 'lib'))) {
      const entries = readdirSync(join(venv, 'lib', python, 'site-packages'));
      const entry = entries.find((found) => found.startsWith(prefix) && found.endsWith(suffix));
      if (entry !== undefined) return entry.slice(prefix.length, -suffix.length);
    }
  } catch {
    // No such environment.
  }
  return undefined;
}
