/** Compiles src/quant/kernels/assembly into the TypeScript files that carry the modules: npx tsx scripts/build-kernels.ts */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compileAssembly, moduleSource } from './compile-assembly.js';

const root = resolve(import.meta.dirname, '..');
const folder = 'src/quant/kernels';

const bytes = compileAssembly(`${folder}/assembly/index.ts`, root);
writeFileSync(resolve(root, folder, 'kernels-wasm.ts'), moduleSource('kernelsWasm', bytes));
console.log(`kernels-wasm.ts: ${bytes.length} bytes of WebAssembly`);
