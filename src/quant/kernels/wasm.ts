/** Calls into a WebAssembly module that exports functions of numbers and one memory. */

export interface WasmFunctions {
  /** The export of that name; a function without result gives 0. */
  readonly call: (name: string, ...args: readonly number[]) => number;
  readonly memory: WebAssembly.Memory;
}

/** @throws Error when the module does not export its memory (or, at the call, the function): it is not ours */
export function wasmFunctions(base64: string): WasmFunctions {
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  const { exports } = new WebAssembly.Instance(module, {});
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the WebAssembly module exports no memory');
  const call = (name: string, ...args: readonly number[]): number => {
    const found = exports[name];
    if (typeof found !== 'function') throw new Error(`the WebAssembly module exports no function ${name}`);
    const result: unknown = Reflect.apply(found, undefined, args);
    return typeof result === 'number' ? result : 0;
  };
  return { call, memory };
}
