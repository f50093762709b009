/** Results of earlier runs: read, and files made of them written. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReportError } from '../report/index.js';
import { FlowError } from './errors.js';

/**
 * The file's JSON, given to `parse`; every complaint names the file. @throws FlowError UNREADABLE_FILE, ReportError, and what
 * the file system says (ENOENT ...)
 */
export const readJson = <T>(path: string, parse: (json: unknown) => T): T => {
  const text = readFileSync(path, 'utf8');
  try {
    const json: unknown = JSON.parse(text);
    return parse(json);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FlowError('UNREADABLE_FILE', `${path} is not JSON (${error.message}); make it again`);
    if (error instanceof ReportError) throw new ReportError(error.code, `${path}: ${error.message}`);
    throw error;
  }
};

/** Writes the file whole, in folders made when missing. */
export const writeWhole = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, content);
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
};
