/** What can be driven: registers, wires, and the rule that nothing narrows silently. */

import { contains, typeRange } from '../num/index.js';
import { describe, describeType, fail } from './diagnostics.js';
import { typeFor } from './graph.js';
import type { Node, RegNode, ScalarType, WireNode } from './ir.js';
import { exactInteger, foreign, SInt, UInt, type Owner } from './signal.js';

type Int = number | bigint;

/** The node that drives a target: numbers are sized exactly, signals widen, nothing narrows silently. */
export const driverNode = (owner: Owner, driver: unknown, target: ScalarType, targetName: string): Node => {
  const node = toNode(owner, driver, targetName);
  const full = typeRange(target.signed, target.width);
  const where = `${targetName} : ${describeType(target)}`;
  if (!target.signed && node.lo < 0n && node.kind === 'const') {
    fail(
      'HDL005',
      `${where} cannot hold the negative constant ${node.lo}`,
      'make the target signed or the constant positive',
    );
  }
  if (node.kind !== 'const' && node.type.signed !== target.signed) {
    fail(
      'HDL005',
      `${where} is driven by ${describe(node)}`,
      target.signed ? 'write .toSint()' : 'write .asUint() or .bits()',
    );
  }
  if (!contains(full, node)) {
    const needed = typeFor(target.signed, node).width;
    fail(
      'HDL004',
      `${where} is driven by ${describe(node)}, which needs ${needed} bits`,
      node.kind === 'const'
        ? `use a value from ${full.lo} to ${full.hi}, or widen the target`
        : `write .wrap(${target.width}) or .saturate(${target.width}), or widen the target`,
    );
  }
  return owner.graph.cast(node, target);
};

const toNode = (owner: Owner, driver: unknown, targetName: string): Node => {
  if (driver instanceof UInt || driver instanceof SInt)
    return driver.owner === owner ? driver.node : foreign(driver, owner);
  if (typeof driver === 'number' || typeof driver === 'bigint')
    return owner.graph.constant(exactInteger(driver));
  return fail('HDL006', `nothing drives ${targetName}`, 'give it a signal or a number');
};

/** A register: read it as a signal, write its next value with `.next =`. Holds when not written. */
export class UIntReg extends UInt {
  constructor(
    readonly reg: RegNode,
    owner: Owner,
  ) {
    super(reg, owner);
  }
  set next(value: UInt | Int) {
    this.owner.assign(this.reg, driverNode(this.owner, value, this.reg.type, this.reg.name));
  }
}
export class SIntReg extends SInt {
  constructor(
    readonly reg: RegNode,
    owner: Owner,
  ) {
    super(reg, owner);
  }
  set next(value: SInt | Int) {
    this.owner.assign(this.reg, driverNode(this.owner, value, this.reg.type, this.reg.name));
  }
}
/** A named net, driven with `.value =` once on every path (or on some, with a default). */
export class UIntWire extends UInt {
  constructor(
    readonly wire: WireNode,
    owner: Owner,
  ) {
    super(wire, owner);
  }
  set value(value: UInt | Int) {
    this.owner.assign(this.wire, driverNode(this.owner, value, this.wire.type, this.wire.name));
  }
}
export class SIntWire extends SInt {
  constructor(
    readonly wire: WireNode,
    owner: Owner,
  ) {
    super(wire, owner);
  }
  set value(value: SInt | Int) {
    this.owner.assign(this.wire, driverNode(this.owner, value, this.wire.type, this.wire.name));
  }
}
