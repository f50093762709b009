/** `tools.json`: the tools that the results of a folder were made with, for machines that have none. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ToolMissing } from '../../tools/index.js';
import { canonical } from '../canonical.js';
import { SweepError } from '../errors.js';
import type { Sweep } from '../spec/sweep.js';
import { findSweepTools, type ToolTexts } from '../stages/tools.js';
import { replaceFile } from '../store/files.js';

const name = 'tools.json';
const schema = z.record(z.string(), z.string());

export const writeTools = (folder: string, tools: ToolTexts): void =>
  replaceFile(join(folder, name), `${JSON.stringify(tools, null, 2)}\n`);

export const readTools = (folder: string): ToolTexts | undefined => {
  try {
    return schema.safeParse(JSON.parse(readFileSync(join(folder, name), 'utf8'))).data;
  } catch {
    return undefined;
  }
};

/** Of this machine; where one is missing, those that the folder's results were made with. @throws ToolMissing */
export const toolsFor = async (sweep: Sweep, folder: string): Promise<ToolTexts> => {
  try {
    return await findSweepTools(sweep);
  } catch (error) {
    const stored = error instanceof ToolMissing ? readTools(folder) : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
};

/** Those that the folder's results were made with. @throws SweepError NO_SWEEP */
export const storedTools = (folder: string): ToolTexts => {
  const tools = readTools(folder);
  if (tools === undefined)
    throw new SweepError('NO_SWEEP', `${folder} holds no sweep (it has no ${name}); is it the right --out?`);
  return tools;
};

/** The tools of all folders, which must be the same. @throws SweepError NO_SWEEP, BAD_SWEEP_FILE */
export const commonTools = (folders: readonly string[]): ToolTexts => {
  const all = folders.map((folder) => ({ folder, tools: storedTools(folder) }));
  const merged: Record<string, string> = Object.fromEntries(
    all.flatMap(({ tools }) => Object.entries(tools)),
  );
  for (const { folder, tools } of all)
    for (const [tool, version] of Object.entries(tools))
      if (merged[tool] !== version)
        throw new SweepError(
          'BAD_SWEEP_FILE',
          `${folder} was made with ${tool} ${version}, another folder with ${merged[tool] ?? canonical(null)}; run the shards with the same tools`,
        );
  return merged;
};
