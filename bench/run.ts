/** npx tsx bench/run.ts NAME: runs one bench of this folder. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const names = readdirSync(dirname(fileURLToPath(import.meta.url)))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length));

const [name = ''] = process.argv.slice(2);
if (names.includes(name)) {
  await import(`./${name}.ts`);
} else {
  console.error(`bench: there is no bench ${JSON.stringify(name)}; known: ${names.join(', ')}`);
  process.exitCode = 2;
}
