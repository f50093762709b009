/** What a sweep.json that is there is about, without holding it in memory. */

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../store/files.js';
import { reportName } from './report.js';

export interface EarlierReport {
  /** '' when no sweep wrote it. */
  readonly sweepHash: string;
  readonly points: number;
}

/** undefined: there is none. As report.ts writes it: the head is the first line, then every point has its own. */
export const earlierReport = async (folder: string): Promise<EarlierReport | undefined> => {
  let head: string | undefined;
  let points = 0;
  let rest = '';
  try {
    for await (const chunk of createReadStream(join(folder, reportName), 'utf8')) {
      const lines = `${rest}${z.string().parse(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      head ??= lines.shift();
      points += lines.filter((line) => line.startsWith('{')).length;
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  return { sweepHash: /"sweepHash":"([0-9a-f]+)"/.exec(head ?? '')?.[1] ?? '', points };
};
