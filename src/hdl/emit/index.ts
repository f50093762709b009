/** Verilog-2005 from a Design. */
import { fail } from '../diagnostics.js';
import type { Design } from '../ir.js';
import { emitModule, type ModuleText } from './module.js';
import type { Properties } from './scope.js';

export interface EmitOptions {
  /** Folder written before the names of memory images in `$readmemh`; default: none, the images lie where the tool runs. */
  readonly imageFolder?: string;
  /**
   * `simulation` (default): `m.assert` and `m.assume` end a simulation that breaks them, left out by `SYNTHESIS`. `formal`:
   * every property is an immediate statement for Yosys (`read_verilog -formal`), at each clock edge outside reset. `none`.
   */
  readonly properties?: Properties;
  /** A file `NAME.map.json` after each `NAME.v`, which leads from its lines to the author's. Elaborates once more, for the lines. */
  readonly sourceMap?: boolean;
  /** `// file.ts:line` at the end of statements, relative to the working directory. Elaborates once more, for the lines. */
  readonly lineComments?: boolean;
}

export interface EmittedFile {
  readonly name: string;
  readonly text: string;
}

export interface Emitted {
  /** `NAME.v` per module, what is instantiated before what instantiates it, each after its memory images; the top is last. */
  readonly files: readonly EmittedFile[];
}

/**
 * Prints a Design and everything below it. The same Design always gives the same bytes.
 * @throws HDL012 when two modules of one name differ.
 */
export function emitVerilog(design: Design, options: EmitOptions = {}): Emitted {
  const { imageFolder, sourceMap = false, lineComments = false } = options;
  const isLocated = sourceMap || lineComments;
  const prefix = imageFolder === undefined || imageFolder === '' ? '' : `${imageFolder.replace(/\/+$/, '')}/`;
  const modules = new Map<string, { readonly design: Design; readonly printed: ModuleText }>();
  for (const part of bottomUp(design)) {
    const printed = emitModule(isLocated ? (part.located?.() ?? part) : part, prefix, options);
    const known = modules.get(part.name);
    if (known === undefined) modules.set(part.name, { design: part, printed });
    else if (!isSame(known.printed, printed)) differentDesigns(known.design, part);
  }
  const files = [...modules].flatMap(([name, { printed }]) => [
    ...printed.images,
    { name: `${name}.v`, text: printed.text },
    ...(printed.sourceMap === undefined ? [] : [{ name: `${name}.map.json`, text: printed.sourceMap }]),
  ]);
  return { files };
}

/** Each Design once, after the Designs it instantiates. */
function bottomUp(top: Design): readonly Design[] {
  const order: Design[] = [];
  const seen = new Set<Design>([top]);
  const path = [{ design: top, next: 0 }];
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const instance = frame.design.instances[frame.next++];
    if (instance === undefined) {
      order.push(frame.design);
      path.pop();
    } else if (instance.design.kind === 'design' && !seen.has(instance.design)) {
      seen.add(instance.design);
      path.push({ design: instance.design, next: 0 });
    }
  }
  return order;
}

const isSame = (a: ModuleText, b: ModuleText): boolean =>
  a.text === b.text &&
  a.images.length === b.images.length &&
  a.images.every((image, i) => image.text === b.images[i]?.text);

/** Whether two Designs are the same hardware, instances compared by name. */
export const isSameModule = (a: Design, b: Design): boolean => isSame(emitModule(a, ''), emitModule(b, ''));

function differentDesigns(a: Design, b: Design): never {
  fail(
    'HDL012',
    `two different designs are named ${a.name}`,
    'put the parameters that differ into the name',
    [a.location, b.location],
  );
}
