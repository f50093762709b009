/** What one clock drives is read by what another clock drives only through synchronizers. */
import { describe, describeExpression, fail } from '../diagnostics.js';
import { describeDomain, outerDomain } from '../domains.js';
import type { Design, Instance, Memory, Node, RegNode, SourceLocation, Statement } from '../ir.js';
import { foreign, isClockless, joined, OriginFinder, type Origins } from './origins.js';

/** What reads a value: a register, a port, an assertion. */
interface Reader {
  readonly what: string;
  readonly name: string;
  readonly domain: string | undefined;
  readonly location: SourceLocation | undefined;
}

/** The conditions under which a statement is reached, innermost first. */
interface Guard {
  readonly condition: Node;
  readonly outer: Guard | undefined;
  /** Of all of them together. */
  readonly origins: Origins;
}

/** @throws HDL023, HDL024 (a synchronizer that reads logic) */
export function checkCrossings(design: Design): void {
  const hasDomains =
    design.domains !== undefined ||
    design.ports.some(({ domain }) => domain !== undefined) ||
    design.instances.some(
      (instance) =>
        instance.domains !== undefined || instance.design.ports.some(({ domain }) => domain !== undefined),
    );
  if (hasDomains) new CrossingCheck(design).run();
}

class CrossingCheck {
  private readonly origins: OriginFinder;

  constructor(private readonly design: Design) {
    this.origins = new OriginFinder(design);
  }

  run(): void {
    this.statements(this.design.statements, undefined);
    for (const memory of this.design.memories) this.memory(memory);
    for (const instance of this.design.instances) this.instance(instance);
    if (isClockless(this.design)) return;
    for (const { name, direction, domain, driver } of this.design.ports) {
      if (direction === 'in' || driver === undefined) continue;
      this.read(driver, { what: 'output', name, domain, location: this.design.location });
    }
  }

  private statements(list: readonly Statement[], guard: Guard | undefined): void {
    for (const statement of list) {
      if (statement.kind === 'assign') {
        const { target, value, location } = statement;
        if (target.kind === 'wire') continue;
        const { domain } = target;
        const reader = { what: 'register', name: target.name, domain, location };
        this.guards(guard, reader);
        if (target.synchronizer === true) this.synchronizer(target, value, reader);
        else this.read(value, reader);
      } else if (statement.kind === 'assert') {
        const { message, condition, domain, location } = statement;
        const reader = { what: 'assertion', name: `"${message}"`, domain, location };
        this.guards(guard, reader);
        this.read(condition, reader);
      } else if (statement.kind === 'when') {
        let reached = guard;
        for (const { condition, body } of statement.branches) {
          reached = this.guard(condition, reached);
          this.statements(body, reached);
        }
        this.statements(statement.otherwise, reached);
      } else {
        const reached = this.guard(statement.subject, guard);
        for (const { body } of statement.cases) this.statements(body, reached);
        this.statements(statement.otherwise, reached);
      }
    }
  }

  private guard(condition: Node, outer: Guard | undefined): Guard {
    return { condition, outer, origins: joined(this.origins.of(condition), outer?.origins ?? []) };
  }

  private guards(innermost: Guard | undefined, reader: Reader): void {
    if (innermost === undefined || foreign(innermost.origins, reader.domain) === undefined) return;
    for (let guard: Guard | undefined = innermost; guard !== undefined; guard = guard.outer)
      this.read(guard.condition, reader);
  }

  private memory({ name, location, readPorts, writePorts }: Memory): void {
    for (const { address, enable, domain } of readPorts) {
      const reader = { what: 'read port of memory', name, domain, location };
      for (const node of [address, ...(enable === undefined ? [] : [enable])]) this.read(node, reader);
    }
    for (const { address, enable, data, mask = [], domain } of writePorts) {
      const reader = { what: 'write port of memory', name, domain, location };
      for (const node of [address, enable, ...data, ...mask]) this.read(node, reader);
    }
  }

  private instance(instance: Instance): void {
    const { name, design, inputs, location } = instance;
    if (isClockless(design)) return;
    for (const port of design.ports) {
      const driver = inputs[port.name];
      if (driver === undefined) continue;
      const domain = outerDomain(instance, port.domain);
      this.read(driver, { what: 'input', name: `${name}.${port.name}`, domain, location });
    }
  }

  /** May read one foreign domain, straight from its registers. */
  private synchronizer(target: RegNode, value: Node, { domain, location }: Reader): void {
    const origins = this.origins.of(value);
    if (foreign(origins, domain) === undefined) return;
    if (origins.length === 1 && this.origins.isWiring(value)) return;
    const path = this.origins.pathFrom(value, domain);
    fail(
      'HDL024',
      `the synchronizer ${describe(target)} reads logic, ${describe(value)}, of ${describeDomain(origins[0]?.domain)}`,
      'put the value into a register of the domain it comes from first',
      [location, ...path.map((node) => this.origins.placeOf(node))],
    );
  }

  private read(value: Node, reader: Reader): void {
    const origin = foreign(this.origins.of(value), reader.domain);
    if (origin === undefined) return;
    const path = this.origins.pathFrom(value, reader.domain);
    const names = path.flatMap((node, i) =>
      i === 0 || node.name !== undefined ? describeExpression(node) : [],
    );
    const from = path[0] ?? origin.node;
    fail(
      'HDL023',
      `${describe(from)} of ${describeDomain(foreign(this.origins.of(from), reader.domain)?.domain)} is read by the ${reader.what} ` +
        `${reader.name} of ${describeDomain(reader.domain)} without a synchronizer: ${[...names, reader.name].join(' -> ')}`,
      'pass a bit through synchronize(m, …), words through asyncFifo(…)',
      [this.origins.placeOf(from), reader.location],
    );
  }
}
