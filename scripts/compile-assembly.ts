/** Compiles an AssemblyScript entry file; equal sources give equal bytes. */
import asc from 'assemblyscript/asc';

/** @throws Error with the compiler's messages */
export async function compileAssembly(entry: string, root: string): Promise<Uint8Array> {
  const outputs: Uint8Array[] = [];
  const flags = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];
  const messages: string[] = [];
  const { error } = await asc.main([entry, ...flags, '--baseDir', root, '--outFile', 'out.wasm'], {
    stderr: { write: (chunk) => void messages.push(String(chunk)) },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') outputs.push(contents);
    },
  });
  const [bytes] = outputs;
  if (error !== null || bytes === undefined) throw new Error(`asc ${entry}: ${messages.join('')}`);
  return bytes;
}

/** The TypeScript file that carries a module: one constant, base64. */
export function moduleSource(name: string, bytes: Uint8Array): string {
  return [
    '/** Made by `npx tsx scripts/build-kernels.ts` from assembly/; a test compares. */',
    `export const ${name} =`,
    `  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
}
