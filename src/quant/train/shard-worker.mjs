// Entry of a worker thread. Beside TypeScript sources (tests, tsx) it loads them through tsx; beside dist, as they are.
import { existsSync } from 'node:fs';

const source = new URL('./shard-thread.ts', import.meta.url);
if (existsSync(source)) {
  const { tsImport } = await import('tsx/esm/api');
  await tsImport(source.href, import.meta.url);
} else {
  await import(new URL('./shard-thread.js', import.meta.url).href);
}
