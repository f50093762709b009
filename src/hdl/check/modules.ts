/** One module name means one design, also where files are named without regard to capitals. */
import { fail } from '../diagnostics.js';
import { isSameModule } from '../emit/index.js';
import type { Design, ExternalDesign } from '../ir.js';

type Module = Design | ExternalDesign;

/** The modules of finished Designs by name. Designs never change, so this only remembers results. */
const known = new WeakMap<Design, ReadonlyMap<string, Module>>();

export function checkModules(design: Design): void {
  modules(design);
}

/** The design and everything below it, by name in small letters. Designs below were finished, and so remembered, earlier. */
function modules(design: Design): ReadonlyMap<string, Module> {
  const remembered = known.get(design);
  if (remembered !== undefined) return remembered;
  const found = new Map<string, Module>([[design.name.toLowerCase(), design]]);
  for (const part of new Set(design.instances.map((instance) => instance.design))) {
    const below =
      part.kind === 'design' ? modules(part) : new Map<string, Module>([[part.name.toLowerCase(), part]]);
    for (const [name, module] of below) {
      const other = found.get(name);
      if (other !== undefined && other !== module && !isSame(other, module)) conflict(design, other, module);
      if (other === undefined) found.set(name, module);
    }
  }
  known.set(design, found);
  return found;
}

function isSame(a: Module, b: Module): boolean {
  if (a.kind === 'design' && b.kind === 'design') return a.name === b.name && isSameModule(a, b);
  return a.kind === b.kind || a.name !== b.name;
}

function conflict(design: Design, a: Module, b: Module): never {
  const location = (module: Module): Design['location'] =>
    module.kind === 'design' ? module.location : undefined;
  fail(
    'HDL012',
    `${design.name} contains two different designs named ${a.name}${a.name === b.name ? '' : ` and ${b.name}`}`,
    'put the parameters that differ into the name',
    [location(a), location(b), design.location],
  );
}
