/**
 * Ports seen from a component's body and from its instances. A flipped leaf goes against its port: the side that would
 * read it drives a wire, and the other side hands in the wire that it reads.
 */
import { typeRange } from '../num/index.js';
import { fail } from './diagnostics.js';
import { driverNode, SIntWire, UIntWire } from './driven.js';
import type { InputNode, InstanceOutputNode, Node, Port, ScalarType } from './ir.js';
import type { ModuleBuilder } from './module.js';
import { SInt, UInt } from './signal.js';
import { mapShape, zipLeaves, type PortShape } from './types.js';

/** The body's side of `in`: a signal per leaf, and a wire to drive per flipped leaf. */
export function declareInputs(
  m: ModuleBuilder,
  shapes: PortShape,
): { readonly signals: unknown; readonly ports: readonly Port[] } {
  const ports: Port[] = [];
  const signals = mapShape(shapes, '', (name, type, domain, flow) => {
    const place = domain === undefined ? {} : { domain };
    if (flow !== undefined) {
      const wire = m.flippedWire(name, type, flow);
      ports.push({ name, direction: 'out', type, ...place, driver: wire.wire });
      return wire;
    }
    const node = inputNode(m, m.claimName(name), type);
    ports.push({ name, direction: 'in', type, ...place, driver: node });
    return toSignal(m, node);
  });
  return { signals, ports };
}

/** The body's side of `out`: what the body returned drives the ports; a flipped leaf drives the wire that was returned. */
export function connectOutputs(m: ModuleBuilder, shapes: PortShape, returned: unknown): readonly Port[] {
  return zipLeaves(shapes, returned, '').map(({ name, type, flow, place, driver }): Port => {
    if (flow === undefined) {
      const source = driverNode(m, driver, type, `output ${name}`);
      return { name, direction: 'out', type, ...place, driver: source };
    }
    const node = inputNode(m, name, type);
    driveWire(m, driver, node, `output ${name} of ${m.name}`);
    return { name, direction: 'in', type, ...place, driver: node };
  });
}

/** The instantiating side of `in`: drivers of the input ports; a flipped leaf drives the wire that was passed. */
export function connectInputs(
  m: ModuleBuilder,
  { component, instance }: { readonly component: string; readonly instance: string },
  shapes: PortShape,
  passed: object,
): { readonly inputs: Record<string, Node>; readonly outputs: Record<string, InstanceOutputNode> } {
  const inputs: Record<string, Node> = {};
  const outputs: Record<string, InstanceOutputNode> = {};
  for (const { name, type, flow, driver } of zipLeaves(shapes, passed, '')) {
    if (driver === undefined)
      fail(
        'HDL011',
        `input ${name} of ${component} is not connected in instance ${instance}`,
        `pass ${name}`,
      );
    if (flow === undefined) inputs[name] = driverNode(m, driver, type, `input ${name} of ${instance}`);
    else {
      const node = instanceOutput(m, instance, name, type);
      outputs[name] = node;
      driveWire(m, driver, node, `input ${name} of ${instance}`);
    }
  }
  return { inputs, outputs };
}

/** The instantiating side of `out`: a signal per leaf, and a wire to drive, named INSTANCE_PORT, per flipped leaf. */
export function declareOutputs(
  m: ModuleBuilder,
  instance: string,
  shapes: PortShape,
): {
  readonly signals: unknown;
  readonly inputs: Readonly<Record<string, Node>>;
  readonly outputs: Readonly<Record<string, InstanceOutputNode>>;
} {
  const inputs: Record<string, Node> = {};
  const outputs: Record<string, InstanceOutputNode> = {};
  const signals = mapShape(shapes, '', (port, type, _, flow) => {
    if (flow !== undefined) {
      const wire = m.flippedWire(`${instance}_${port}`, type, flow);
      inputs[port] = wire.wire;
      return wire;
    }
    const node = instanceOutput(m, instance, port, type);
    outputs[port] = node;
    return toSignal(m, node);
  });
  return { signals, inputs, outputs };
}

function driveWire(
  m: ModuleBuilder,
  wire: unknown,
  source: InputNode | InstanceOutputNode,
  what: string,
): void {
  if (!(wire instanceof UIntWire || wire instanceof SIntWire))
    return fail(
      'HDL011',
      `${what} goes the other way and drives a wire, but got none`,
      'give it a wire (m.wires)',
    );
  // The wire's own component checks the type; another one's wire is refused there too.
  driverNode(m, wire, wire.wire.type, what);
  m.assignAlways(wire.wire, driverNode(m, toSignal(m, source), wire.wire.type, wire.wire.name));
}

const toSignal = (m: ModuleBuilder, node: Node): UInt | SInt =>
  node.type.signed ? new SInt(node, m) : new UInt(node, m);

const inputNode = (m: ModuleBuilder, name: string, type: ScalarType): InputNode => ({
  kind: 'input',
  id: m.graph.nextId(),
  name,
  type,
  ...typeRange(type.signed, type.width),
  ...m.locationField(),
});

const instanceOutput = (
  m: ModuleBuilder,
  instance: string,
  port: string,
  type: ScalarType,
): InstanceOutputNode => ({
  kind: 'instanceOutput',
  id: m.graph.nextId(),
  type,
  ...typeRange(type.signed, type.width),
  instance,
  port,
});
