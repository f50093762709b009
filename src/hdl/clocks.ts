/** Which clocks and resets a component needs: its own state's, and those of what it instantiates. */
import { outerDomain } from './domains.js';
import type { Design, Memory, Statement } from './ir.js';
import type { ModuleBuilder } from './module.js';

/** The clock fields of the Design that `m` builds. */
export function clocksOf(
  m: ModuleBuilder,
  memories: readonly Memory[],
): Pick<Design, 'usesClock' | 'usesReset' | 'domains'> {
  /** Whether the reset is used, by domain. */
  const resets = new Map<string | undefined, boolean>();
  const use = (domain: string | undefined, reset: boolean): void =>
    void resets.set(domain, reset || resets.get(domain) === true);
  for (const { domain, reset } of m.regNodes) use(domain, reset !== undefined);
  for (const { readPorts, writePorts } of memories) {
    for (const { domain } of [...readPorts.filter(({ sync }) => sync), ...writePorts]) use(domain, false);
  }
  for (const domain of assertedDomains(m.statements)) use(domain, m.domains.hasReset(domain));
  for (const instance of m.instances) {
    const { design } = instance;
    const useInner = (inner: string | undefined, reset: boolean): void =>
      use(outerDomain(instance, inner), reset);
    if (design.kind === 'external') {
      if (design.clockPort !== undefined) useInner(undefined, false);
      continue;
    }
    if (design.usesClock) useInner(undefined, design.usesReset);
    for (const { name, usesReset } of design.domains ?? []) useInner(name, usesReset);
  }
  const domains = [...resets].flatMap(([name, usesReset]) =>
    name === undefined ? [] : [{ name, usesReset }],
  );
  return {
    usesClock: resets.has(undefined),
    usesReset: resets.get(undefined) === true,
    ...(domains.length === 0 ? {} : { domains }),
  };
}

function assertedDomains(
  statements: readonly Statement[],
  found = new Set<string | undefined>(),
): ReadonlySet<string | undefined> {
  for (const statement of statements) {
    if (statement.kind === 'assert') found.add(statement.domain);
    else if (statement.kind !== 'assign') {
      const bodies = statement.kind === 'when' ? statement.branches : statement.cases;
      for (const { body } of bodies) assertedDomains(body, found);
      assertedDomains(statement.otherwise, found);
    }
  }
  return found;
}
