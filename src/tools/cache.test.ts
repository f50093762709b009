import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedStage, contentHash, FolderNotWritable } from './index.js';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nomul-cache-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('cachedStage', () => {
  it('produces once and answers from the cache afterwards', async () => {
    const cache = join(root, 'once');
    let runs = 0;
    const run = (): ReturnType<typeof cachedStage> =>
      cachedStage({ stage: 's', key: 'k', cache }, (work) => {
        runs++;
        writeFileSync(join(work, 'result'), 'ok');
        return Promise.resolve();
      });
    expect((await run()).fromCache).toBe(false);
    const second = await run();
    expect(second.fromCache).toBe(true);
    expect(runs).toBe(1);
    expect(readFileSync(join(second.folder, 'result'), 'utf8')).toBe('ok');
  });

  it('leaves nothing behind when producing fails', async () => {
    const cache = join(root, 'fail');
    const run = cachedStage({ stage: 's', key: 'k', cache }, (work) => {
      writeFileSync(join(work, 'half'), 'a result');
      return Promise.reject(new Error('tool died'));
    });
    await expect(run).rejects.toThrow('tool died');
    expect(readdirSync(join(cache, 's'))).toEqual([]);
  });

  it('keeps one whole result when two runs race', async () => {
    const cache = join(root, 'race');
    const run = (text: string): ReturnType<typeof cachedStage> =>
      cachedStage({ stage: 's', key: 'k', cache }, async (work) => {
        writeFileSync(join(work, 'a'), text);
        await new Promise((resolve) => setTimeout(resolve, 20));
        writeFileSync(join(work, 'b'), text);
      });
    const [first, second] = await Promise.all([run('1'), run('2')]);
    expect(first.folder).toBe(second.folder);
    const texts = ['a', 'b'].map((name) => readFileSync(join(first.folder, name), 'utf8'));
    expect(texts[0]).toBe(texts[1]);
    expect(readdirSync(join(cache, 's'))).toEqual(['k']);
  });

  it('says which folder cannot be written', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    const run = cachedStage({ stage: 's', key: 'k', cache: join(file, 'below') }, () => Promise.resolve());
    await expect(run).rejects.toBeInstanceOf(FolderNotWritable);
    await expect(run).rejects.toMatchObject({ exitCode: 2 });
    expect(existsSync(join(file, 'below'))).toBe(false);
  });
});

describe('contentHash', () => {
  it('depends on names and contents, not on order or on where one part ends', () => {
    expect(contentHash({ a: '1', b: '2' })).toBe(contentHash({ b: '2', a: '1' }));
    const different = [{ a: '12', b: '' }, { a: '1', b: '2' }, { a: '', b: '12' }, { a: '12' }, { ab: '12' }];
    expect(new Set(different.map((parts) => contentHash(parts))).size).toBe(different.length);
  });
});
