// Runs commands of an npm WebAssembly tool. The tool sees the files of the working directory, and what it creates or changes
// is written back there. A process of its own isolates the parent from crashes, hangs and memory of the tool.
//   node wasm-child.mjs PACKAGE COMMAND ARGS...   one command, in this process's working directory
//   node wasm-child.mjs PACKAGE                   those that the parent sends over the channel, one after the other (warm.ts)
// Nothing is carried from one command to the next but compiled code: the package makes new instances, memories, files, an
// empty environment and a newly seeded random generator for each.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';

register('./wasm-files.mjs', import.meta.url);

/** Without a command for so long, this process ends and gives its memory back. */
const IDLE_MS = 20_000;

/** @typedef {{ [name: string]: Tree | string | Uint8Array }} Tree */
/** @typedef {{ folder: string, command: string, args: string[] }} Run */

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

/** Runs one command; returns its exit status. A crash of the tool ends this process. @param {string} entry @param {Run} run */
async function run(entry, { folder, command, args }) {
  const { commands, Exit } = await import(entry);
  const before = readTree(folder);
  const options = {
    decodeASCII: false,
    stdout: (/** @type {Uint8Array | null} */ bytes) => bytes !== null && process.stdout.write(bytes),
    stderr: (/** @type {Uint8Array | null} */ bytes) => bytes !== null && process.stderr.write(bytes),
  };
  try {
    // The tool may reuse the arrays it was given, so it gets its own.
    writeChanges(folder, before, await commands[command](args, readTree(folder), options));
    return 0;
  } catch (error) {
    if (error instanceof Error && error.name === 'RuntimeError') {
      // How these builds end after printing an error, and how they crash; the stack says nothing to anybody.
      process.stderr.write(`the WebAssembly program stopped: ${error.message}\n`);
      process.exit(70);
    }
    if (!(error instanceof Exit)) throw error;
    const { code, files } = /** @type {{ code: number, files: Tree }} */ (error);
    writeChanges(folder, before, files);
    return code;
  }
}

/** Runs what the parent sends, until the parent is gone or nothing comes any more. @param {string} entry */
function serve(entry) {
  const leave = () => process.exit();
  let idle = setTimeout(leave, IDLE_MS);
  const say = (/** @type {object} */ message) => new Promise((resolve) => process.send?.(message, resolve));
  const drained = (/** @type {NodeJS.WriteStream} */ stream) =>
    new Promise((resolve) => stream.write('', resolve));
  process.on('disconnect', leave);
  process.on('message', async (/** @type {Run} */ message) => {
    clearTimeout(idle);
    const { stdout, stderr } = process;
    const [out, err] = [stdout.bytesWritten, stderr.bytesWritten];
    await say({ kind: 'begun' });
    const exitCode = await run(entry, message);
    await Promise.all([stdout, stderr].map(drained));
    const printed = { stdout: stdout.bytesWritten - out, stderr: stderr.bytesWritten - err };
    idle = setTimeout(leave, IDLE_MS);
    await say({ kind: 'ended', exitCode, ...printed, residentMiB: process.memoryUsage.rss() / 2 ** 20 });
  });
}

const [packageEntry, command, ...args] = process.argv.slice(2);
if (packageEntry === undefined) throw new Error('usage: wasm-child.mjs PACKAGE [COMMAND ARGS...]');
if (command === undefined) serve(packageEntry);
else process.exitCode = await run(packageEntry, { folder: '.', command, args });
