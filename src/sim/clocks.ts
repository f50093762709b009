/**
 * Designs with several clock domains: each clock is a hidden one-bit input, and the state of its domain moves in the steps
 * in which that input is 1. All next values are computed before any is stored, so clocks that rise together see old values.
 */
import {
  clockName,
  outerDomain,
  resetName,
  type Design,
  type Instance,
  type Node,
  type OpNode,
  type RegNode,
  type ScalarType,
} from '../hdl/index.js';
import type { Cell, CellKind } from './cell.js';
import type { FlatPort, FlatReg } from './flatten.js';

const BIT: ScalarType = { signed: false, width: 1 };

/** Top-level domain of each domain of a scope, '' for the default one; what is not listed has the same name there. */
export type ScopeDomains = ReadonlyMap<string, string>;
const UNCHANGED: ScopeDomains = new Map();

interface Clock {
  /** 1: the clock rises in this step. */
  readonly edge: Cell;
  readonly reset: Cell;
}

/** The clocks of one flat design. With the default domain alone there are none, and nothing is guarded. */
export class Clocks {
  /** Clock and reset inputs, in the order of the Verilog ports. */
  readonly inputs: FlatPort[] = [];
  readonly names: string[] = [];
  readonly resets: string[] = [resetName(undefined)];
  private readonly clocks = new Map<string, Clock>();

  constructor(
    design: Design,
    private readonly add: (kind: CellKind, node: Node) => Cell,
  ) {
    if (design.domains === undefined) return;
    const names = [...(design.usesClock ? [undefined] : []), ...design.domains.map(({ name }) => name)];
    for (const name of names) {
      this.clocks.set(name ?? '', { edge: this.input(clockName(name)), reset: this.input(resetName(name)) });
    }
    if (!design.usesClock) this.input(resetName(undefined));
    this.names.push(...names.map(clockName));
    this.resets.push(...design.domains.map(({ name }) => resetName(name)));
  }

  private input(name: string): Cell {
    const cell = this.add('input', { kind: 'input', id: -1, name, type: BIT, lo: 0n, hi: 1n });
    this.inputs.push({ name, type: BIT, cell });
    return cell;
  }

  /** The domains of an instance, seen from the top. */
  below(outer: ScopeDomains, instance: Instance): ScopeDomains {
    if (this.clocks.size === 0) return UNCHANGED;
    const { design } = instance;
    const inner = design.kind === 'design' ? (design.domains ?? []).map(({ name }) => name) : [];
    return new Map(
      [undefined, ...inner].map((name) => {
        const domain = outerDomain(instance, name) ?? '';
        return [name ?? '', outer.get(domain) ?? domain];
      }),
    );
  }

  /** The clock of a scope's domain; undefined: it rises in every step. */
  clockOf(domains: ScopeDomains, domain: string | undefined): Cell | undefined {
    return this.of(domains, domain)?.edge;
  }

  private of(domains: ScopeDomains, domain: string | undefined): Clock | undefined {
    return this.clocks.get(domains.get(domain ?? '') ?? domain ?? '');
  }

  /** The register's next value with its clock and its reset in it. */
  register(domains: ScopeDomains, reg: RegNode, flat: FlatReg): FlatReg {
    const clock = this.of(domains, reg.domain);
    if (clock === undefined) return flat;
    const { cell, next, initial, reset } = flat;
    const cleared =
      reset === undefined ? next : this.mux(reg, clock.reset, this.constant(reset, reg.type), next);
    return { cell, next: this.mux(reg, clock.edge, cleared, cell), initial, reset: undefined };
  }

  /** A memory port's enable, only where its clock rises. */
  enable<C extends Cell | undefined>(domains: ScopeDomains, domain: string | undefined, enable: C): C | Cell {
    const edge = this.clockOf(domains, domain);
    if (edge === undefined) return enable;
    return enable === undefined ? edge : this.and(edge, enable);
  }

  /** What is looked at where the clock rises, outside of reset. */
  observed(domains: ScopeDomains, domain: string | undefined, bit: Cell): Cell {
    const clock = this.of(domains, domain);
    if (clock === undefined) return bit;
    const running = this.op('eq', BIT, [clock.reset, this.constant(0n, BIT)]);
    return this.and(clock.edge, this.and(running, bit));
  }

  private and(a: Cell, b: Cell): Cell {
    return this.op('and', BIT, [a, b]);
  }

  private mux({ type, lo, hi }: RegNode, select: Cell, one: Cell, zero: Cell): Cell {
    return this.op('mux', type, [select, one, zero], { lo, hi });
  }

  private op(op: OpNode['op'], type: ScalarType, args: readonly Cell[], range = { lo: 0n, hi: 1n }): Cell {
    const cell = this.add('op', {
      kind: 'op',
      id: -1,
      op,
      type,
      ...range,
      args: args.map(({ node }) => node),
    });
    cell.args = args;
    return cell;
  }

  private constant(value: bigint, type: ScalarType): Cell {
    return this.add('const', { kind: 'const', id: -1, type, lo: value, hi: value, value });
  }
}
