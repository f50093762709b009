/** Large artefacts (networks, Verilog, netlists) in files named by the hash of their content. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '../canonical.js';
import { createFile, makeFolder } from './files.js';

/** A blob that is missing, cut off or changed; what made it makes it again. */
export class BlobLost extends Error {
  override readonly name = 'BlobLost';
  readonly code = 'BLOB_LOST';
  readonly exitCode = 4;
  constructor(
    readonly hash: string,
    readonly path: string,
    readonly why: string,
  ) {
    super(`${path} is lost: ${why}; what made it makes it again`);
  }
}

export interface Blobs {
  /** Stores content, gzipped; returns its SHA-256. @throws SweepError FOLDER_NOT_WRITABLE */
  put(content: string | Uint8Array): string;
  /** @throws BlobLost */
  get(hash: string): Uint8Array;
  getText(hash: string): string;
  has(hash: string): boolean;
}

/** `keepsCorrupt`: what is corrupt is not removed, and not made again before it is. */
export const openBlobs = (folder: string, keepsCorrupt = false): Blobs => {
  const pathOf = (hash: string): string => join(folder, hash.slice(0, 2), `${hash}.gz`);
  const get = (hash: string): Uint8Array => {
    const path = pathOf(hash);
    if (!existsSync(path)) throw new BlobLost(hash, path, 'it is missing');
    const content = blobAt(path, hash);
    if (content !== undefined) return content;
    if (!keepsCorrupt) rmSync(path, { force: true });
    throw new BlobLost(hash, path, 'its content is not what its name says');
  };
  return {
    put: (content) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      const hash = sha256(bytes);
      const path = pathOf(hash);
      if (existsSync(path)) return hash;
      makeFolder(join(folder, hash.slice(0, 2)));
      createFile(path, gzipSync(bytes, { level: 4 }));
      return hash;
    },
    get,
    getText: (hash) => new TextDecoder().decode(get(hash)),
    has: (hash) => existsSync(pathOf(hash)),
  };
};

/** The content of a blob's file; undefined: it is missing or not what its name says. */
export const blobAt = (path: string, hash: string): Uint8Array | undefined => {
  try {
    const content = gunzipSync(readFileSync(path));
    return sha256(content) === hash ? content : undefined;
  } catch {
    return undefined;
  }
};
