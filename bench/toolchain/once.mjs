// node once.mjs copying|growing PACKAGE COMMAND ARGS...: one command of an npm tool on the files of the working directory, with the
// package's own in-memory files or with those of src/tools. Prints the CPU seconds of the command as the last line.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

const [files, name = '', command = '', ...args] = process.argv.slice(2);
if (files === 'growing') register('../../src/tools/wasm-files.mjs', import.meta.url);
const { commands } = await import(import.meta.resolve(name));
const tree = Object.fromEntries(readdirSync('.').map((file) => [file, new Uint8Array(readFileSync(file))]));
const quiet = { stdout: () => undefined, stderr: () => undefined, decodeASCII: false };
// Compiles the program's code; both kinds of files need that alike.
await commands[command](['--version'], {}, quiet);
const start = process.cpuUsage();
const after = await commands[command](args, tree, quiet);
const { user, system } = process.cpuUsage(start);
for (const [file, bytes] of Object.entries(after))
  if (bytes instanceof Uint8Array && !(file in tree)) writeFileSync(file, bytes);
console.log((user + system) / 1e6);
