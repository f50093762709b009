/** Clock domains: plain values that name a clock, and which of them a component's body is in. */
import { authorLocation, describe, fail } from './diagnostics.js';
import type { Design, ExternalDesign, Instance, RegNode } from './ir.js';
import { mapShape, type PortShape } from './types.js';

/** Registers, memory ports and assertions with one clock, and one synchronous reset. */
export interface ClockDomain {
  /** The clock is the port `NAME_clk`, the reset `NAME_rst`. Empty: the default domain, with `clk` and `rst`. */
  readonly name: string;
  /** Without a reset, a register's reset value is its value at power-up only. */
  readonly hasReset: boolean;
  /** The shape for ports whose signals live in this domain. */
  readonly port: <const S extends PortShape>(shape: S) => S;
}

const makeDomain = (name: string, hasReset: boolean): ClockDomain => ({
  name,
  hasReset,
  port: <const S extends PortShape>(shape: S): S =>
    mapShape(shape, '', (_, type, _domain, flow) => ({
      ...type,
      ...(flow === undefined ? {} : { flow }),
      ...(name === '' ? {} : { domain: name }),
    })) as S,
});

/** The domain of everything that is not put into another: `clk`, `rst`. */
export const defaultDomain: ClockDomain = makeDomain('', true);

/** A clock domain; two values of one name are the same domain. `reset: false`: there is no `NAME_rst`. @throws HDL024 */
export const clockDomain = (name: string, options: { readonly reset?: boolean } = {}): ClockDomain =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? makeDomain(name, options.reset ?? true)
    : fail('HDL024', `the clock domain name "${name}" is no Verilog identifier`, 'use letters, digits and _');

/** Name of a domain's clock port; undefined: the default domain. */
export const clockName = (domain: string | undefined): string =>
  domain === undefined ? 'clk' : `${domain}_clk`;
/** Name of a domain's reset port; undefined: the default domain. */
export const resetName = (domain: string | undefined): string =>
  domain === undefined ? 'rst' : `${domain}_rst`;

/** The domain of the instantiating Design that an instance's domain is connected to; undefined: the default one. */
export function outerDomain({ domains }: Instance, inner: string | undefined): string | undefined {
  const outer = domains?.[inner ?? ''] ?? inner ?? '';
  return outer === '' ? undefined : outer;
}

/** `domain fast`, `the default domain`. */
export const describeDomain = (domain: string | undefined): string =>
  domain === undefined ? 'the default domain' : `domain ${domain}`;

const noSuchDomain = (name: string): never =>
  fail(
    'HDL024',
    `no instance made here has a domain ${name}`,
    'name a domain of the component that is instantiated',
    [authorLocation()],
  );

/** The domains of one component while its body runs. */
export class Domains {
  private readonly known = new Map<string, ClockDomain>();
  private mapping: Readonly<Record<string, ClockDomain>> = {};
  /** Names of the mapping that some instance has. */
  private readonly met = new Set<string>();
  current: ClockDomain = defaultDomain;

  /** `name` as nodes record it. */
  get name(): string | undefined {
    return this.current.name === '' ? undefined : this.current.name;
  }

  /** `{ domain }` for what is made now; nothing in the default domain. */
  field(): { readonly domain?: string } {
    return this.name === undefined ? {} : { domain: this.name };
  }

  within<T>(domain: ClockDomain, body: () => T): T {
    const outer = this.current;
    this.current = this.same(domain);
    try {
      return body();
    } finally {
      this.current = outer;
    }
  }

  /** @throws HDL024 for a name that no instance made by `body` has */
  mapped<T>(mapping: Readonly<Record<string, ClockDomain>>, body: () => T): T {
    const outer = this.mapping;
    for (const domain of Object.values(mapping)) this.same(domain);
    this.mapping = { ...outer, ...mapping };
    for (const name of Object.keys(mapping)) this.met.delete(name);
    try {
      const made = body();
      const unknown = Object.keys(mapping).find((name) => !this.met.has(name));
      if (unknown !== undefined) noSuchDomain(unknown);
      return made;
    } finally {
      this.mapping = outer;
    }
  }

  /** `Instance.domains` of an instance that is made now: only what does not go by its own name. */
  ofInstance(design: Design | ExternalDesign): { readonly domains?: Readonly<Record<string, string>> } {
    const outer: Record<string, string> = {};
    if (this.current.name !== '') outer[''] = this.current.name;
    const mapping = Object.entries(this.mapping);
    const inner = mapping.length === 0 ? new Set() : innerDomains(design);
    for (const [name, mapped] of mapping) {
      if (!inner.has(name)) continue;
      this.met.add(name);
      outer[name] = mapped.name;
    }
    return Object.keys(outer).length === 0 ? {} : { domains: outer };
  }

  /** @throws HDL024 when the register belongs to another domain than the statements that run now */
  checkWrite(target: RegNode): void {
    if (target.domain === this.name) return;
    fail(
      'HDL024',
      `register ${describe(target)} of ${describeDomain(target.domain)} is written in ${describeDomain(this.name)}`,
      'write it inside m.inDomain(…) of its own domain',
      [target.location, authorLocation()],
    );
  }

  hasReset(domain: string | undefined): boolean {
    return this.known.get(domain ?? '')?.hasReset ?? true;
  }

  /** @throws HDL024 when the name means another domain here. */
  private same(domain: ClockDomain): ClockDomain {
    const known = this.known.get(domain.name);
    if (known !== undefined && known.hasReset !== domain.hasReset) {
      fail(
        'HDL024',
        `${describeDomain(domain.name)} is used both with a reset and without`,
        'make the domain once with clockDomain(…) and share the value',
      );
    }
    this.known.set(domain.name, domain);
    return domain;
  }
}

/** The named domains of a Design's clocks and ports. */
const innerDomains = (design: Design | ExternalDesign): ReadonlySet<string> =>
  new Set([
    ...(design.kind === 'design' ? (design.domains ?? []).map(({ name }) => name) : []),
    ...design.ports.flatMap(({ domain }) => domain ?? []),
  ]);
