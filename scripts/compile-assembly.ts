/**
 * Compiles an AssemblyScript entry file; equal sources give equal bytes. In a child process: importing the compiler would
 * declare AssemblyScript's own Array and Math in every file of this project.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `entry` relative to `root`, the project's folder. @throws Error with the compiler's messages */
export function compileAssembly(entry: string, root: string): Uint8Array {
  const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  const flags = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];
  const folder = mkdtempSync(join(tmpdir(), 'nomul-assembly-'));
  try {
    const file = join(folder, 'out.wasm');
    execFileSync(process.execPath, [compiler, entry, ...flags, '--outFile', file], { cwd: root });
    return Uint8Array.from(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The TypeScript file that carries a module: one constant, base64. */
export function moduleSource(name: string, bytes: Uint8Array): string {
  return [
    '/** Made by `npx tsx scripts/build-kernels.ts` from assembly/; a test compares. */',
    `export const ${name} =`,
    `  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
}
