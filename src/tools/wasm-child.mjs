// Runs one command of an npm WebAssembly tool in this process: node wasm-child.mjs PACKAGE COMMAND ARGS...
// The tool sees the files of the working directory, and what it creates or changes is written back there.
// A process of its own isolates the parent from crashes, hangs and memory of the tool.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ [name: string]: Tree | string | Uint8Array }} Tree */

/** @param {string} folder @returns {Tree} */
function readTree(folder) {
  /** @type {Tree} */
  const tree = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) tree[entry.name] = readTree(path);
    else if (entry.isFile()) tree[entry.name] = new Uint8Array(readFileSync(path));
  }
  return tree;
}

/** @param {Tree | string | Uint8Array | undefined} before @param {Uint8Array} after */
function isSame(before, after) {
  return before instanceof Uint8Array && Buffer.compare(before, after) === 0;
}

/** @param {string} folder @param {Tree} before @param {Tree} after */
function writeChanges(folder, before, after) {
  for (const [name, content] of Object.entries(after)) {
    const path = join(folder, name);
    const old = before[name];
    if (content instanceof Uint8Array || typeof content === 'string') {
      if (content instanceof Uint8Array && isSame(old, content)) continue;
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, content);
    } else {
      writeChanges(path, typeof old === 'object' && !(old instanceof Uint8Array) ? old : {}, content);
    }
  }
}

const [packageEntry, command, ...args] = process.argv.slice(2);
if (packageEntry === undefined || command === undefined)
  throw new Error('usage: wasm-child.mjs PACKAGE COMMAND ARGS...');
const { commands, Exit } = await import(packageEntry);
const before = readTree('.');
const options = {
  decodeASCII: false,
  stdout: (/** @type {Uint8Array | null} */ bytes) => bytes !== null && process.stdout.write(bytes),
  stderr: (/** @type {Uint8Array | null} */ bytes) => bytes !== null && process.stderr.write(bytes),
};
try {
  // The tool may reuse the arrays it was given, so it gets its own.
  writeChanges('.', before, await commands[command](args, readTree('.'), options));
} catch (error) {
  if (error instanceof Error && error.name === 'RuntimeError') {
    // How these builds end after printing an error, and how they crash; the stack says nothing to anybody.
    process.stderr.write(`the WebAssembly program stopped: ${error.message}\n`);
    process.exit(70);
  }
  if (!(error instanceof Exit)) throw error;
  const { code, files } = /** @type {{ code: number, files: Tree }} */ (error);
  writeChanges('.', before, files);
  process.exitCode = code;
}
