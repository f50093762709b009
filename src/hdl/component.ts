/** Components: typed functions from a record of inputs to a record of outputs. Instantiating is calling. */

import { typeRange } from '../num/index.js';
import { checkDesign } from './check/index.js';
import { fail, HdlError } from './diagnostics.js';
import type {
  Design,
  ExternalDesign,
  ExternalModel,
  InputNode,
  Instance,
  InstanceOutputNode,
  Node,
  Port,
} from './ir.js';
import { ModuleBuilder } from './module.js';
import { driverNode } from './driven.js';
import { SInt, UInt } from './signal.js';
import { mapShape, zipLeaves, type DriverOf, type ShapeRecord, type SignalOf } from './types.js';

export interface Interface<I extends ShapeRecord, O extends ShapeRecord> {
  readonly in: I;
  readonly out: O;
  /** Parameter values for the header of the emitted module. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
}

/** A component: call it inside another component's body to instantiate it; `.design` is its immutable graph. */
export interface Component<I extends ShapeRecord, O extends ShapeRecord> {
  (
    instance: string,
    inputs: { readonly [K in keyof I]: DriverOf<I[K]> },
  ): { readonly [K in keyof O]: SignalOf<O[K]> };
  readonly design: Design;
}

type Body<I, O> = (
  inputs: { readonly [K in keyof I]: SignalOf<I[K]> },
  m: ModuleBuilder,
) => { readonly [K in keyof O]: DriverOf<O[K]> };

/** The components whose bodies are running, innermost last: what an instantiation adds itself to. */
const running: ModuleBuilder[] = [];

/**
 * Elaborates a component once. When something is wrong the body runs a second time with source locations on, so that the
 * error names the author's line. @throws HdlError
 */
export const component = <const I extends ShapeRecord, const O extends ShapeRecord>(
  name: string,
  face: Interface<I, O>,
  body: Body<I, O>,
): Component<I, O> => {
  const design = elaborateChecked(name, face, body);
  const instantiate = (
    instance: string,
    inputs: { readonly [K in keyof I]: DriverOf<I[K]> },
  ): { readonly [K in keyof O]: SignalOf<O[K]> } => connect(design, face, instance, inputs);
  return Object.assign(instantiate, { design });
};

const elaborateChecked = <I extends ShapeRecord, O extends ShapeRecord>(
  name: string,
  face: Interface<I, O>,
  body: Body<I, O>,
): Design => {
  try {
    return elaborate(name, face, body, false);
  } catch (error) {
    if (!(error instanceof HdlError)) throw error;
    elaborate(name, face, body, true);
    throw error;
  }
};

const elaborate = <I extends ShapeRecord, O extends ShapeRecord>(
  name: string,
  face: Interface<I, O>,
  body: Body<I, O>,
  locations: boolean,
): Design => {
  const m = new ModuleBuilder(name, locations);
  const inputs = declareInputs(m, face.in);
  for (const { name: port } of zipLeaves(face.out, undefined, '')) m.claimName(port);
  running.push(m);
  let outputs: unknown;
  try {
    outputs = body(inputs.signals as { readonly [K in keyof I]: SignalOf<I[K]> }, m);
  } finally {
    running.pop();
  }
  const outPorts = zipLeaves(face.out, outputs, '').map(({ name: port, type, driver }): Port => ({
    name: port,
    direction: 'out',
    type,
    driver: driverNode(m, driver, type, `output ${port}`),
  }));
  m.closed = true;
  const located = locations ? {} : { located: () => elaborate(name, face, body, true) };
  const design = { ...finish(m, [...inputs.ports, ...outPorts], face.parameters ?? {}), ...located };
  return checkDesign(design, m.graph);
};

const declareInputs = (
  m: ModuleBuilder,
  shapes: ShapeRecord,
): { readonly signals: unknown; readonly ports: readonly Port[] } => {
  const ports: Port[] = [];
  const signals = mapShape(shapes, '', (name, type) => {
    const node: InputNode = {
      kind: 'input',
      id: m.graph.nextId(),
      name: m.claimName(name),
      type,
      ...typeRange(type.signed, type.width),
      ...m.locationField(),
    };
    ports.push({ name, direction: 'in', type, driver: node });
    return type.signed ? new SInt(node, m) : new UInt(node, m);
  });
  return { signals, ports };
};

const finish = (
  m: ModuleBuilder,
  ports: readonly Port[],
  parameters: Readonly<Record<string, string | number | boolean>>,
): Design => {
  const memories = m.memories.map((memory) => memory.build());
  const below = m.instances.map((instance) => instance.design);
  const clocked = memories.some(
    (memory) => memory.writePorts.length > 0 || memory.readPorts.some((port) => port.sync),
  );
  const asserted = m.statements.some((statement) => statement.kind !== 'assign');
  const childUsesClock = below.some((design) =>
    design.kind === 'design' ? design.usesClock : design.clockPort !== undefined,
  );
  const childUsesReset = below.some((design) => design.kind === 'design' && design.usesReset);
  const hasAssertion = asserted && containsAssertion(m.statements);
  return {
    kind: 'design',
    name: m.name,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])),
    ports,
    usesClock: m.regNodes.length > 0 || clocked || childUsesClock || hasAssertion,
    usesReset: m.regNodes.some((reg) => reg.reset !== undefined) || childUsesReset || hasAssertion,
    regs: m.regNodes,
    wires: m.wireNodes,
    labels: m.labelNodes,
    unused: m.unusedNodes,
    memories,
    instances: m.instances,
    statements: m.statements,
    ...m.locationField(),
  };
};

const containsAssertion = (statements: Design['statements']): boolean =>
  statements.some((statement) => {
    if (statement.kind === 'assert') return true;
    if (statement.kind === 'when')
      return (
        statement.branches.some(({ body }) => containsAssertion(body)) ||
        containsAssertion(statement.otherwise)
      );
    if (statement.kind === 'switch')
      return (
        statement.cases.some(({ body }) => containsAssertion(body)) || containsAssertion(statement.otherwise)
      );
    return false;
  });

/** Adds an instance to the component whose body is running. */
const connect = <I extends ShapeRecord, O extends ShapeRecord>(
  design: Design | ExternalDesign,
  face: Interface<I, O>,
  instanceName: string,
  inputs: { readonly [K in keyof I]: DriverOf<I[K]> },
): { readonly [K in keyof O]: SignalOf<O[K]> } => {
  const m = running.at(-1);
  if (m === undefined)
    return fail(
      'HDL016',
      `${design.name} is instantiated outside of a component`,
      'call it inside the body of a component',
    );
  m.claimName(instanceName);
  checkPortNames(design, face.in, inputs);
  const drivers: Record<string, Node> = {};
  for (const { name, type, driver } of zipLeaves(face.in, inputs, '')) {
    if (driver === undefined)
      fail(
        'HDL011',
        `input ${name} of ${design.name} is not connected in instance ${instanceName}`,
        `pass ${name}`,
      );
    drivers[name] = driverNode(m, driver, type, `input ${name} of ${instanceName}`);
  }
  const outputs: Record<string, InstanceOutputNode> = {};
  const signals = mapShape(face.out, '', (port, type) => {
    const node: InstanceOutputNode = {
      kind: 'instanceOutput',
      id: m.graph.nextId(),
      type,
      ...typeRange(type.signed, type.width),
      instance: instanceName,
      port,
    };
    outputs[port] = node;
    return type.signed ? new SInt(node, m) : new UInt(node, m);
  });
  const instance: Instance = { name: instanceName, design, inputs: drivers, outputs, ...m.locationField() };
  m.instances.push(instance);
  return signals as { readonly [K in keyof O]: SignalOf<O[K]> };
};

const checkPortNames = (design: Design | ExternalDesign, shapes: ShapeRecord, inputs: object): void => {
  for (const key of Object.keys(inputs)) {
    if (!(key in shapes))
      fail(
        'HDL011',
        `${design.name} has no input ${key}`,
        `its inputs are ${Object.keys(shapes).join(', ')}`,
      );
  }
};

export interface ExternalOptions<I extends ShapeRecord, O extends ShapeRecord> {
  readonly in: I;
  readonly out: O;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** The cell's clock port, if it has one. */
  readonly clockPort?: string;
  /** Behaviour in the simulator: a component with the same ports, or functions (slower). */
  readonly twin?: { readonly design: Design };
  readonly model?: ExternalModel;
}

/** A vendor cell or a user's Verilog module, instantiated like any component. */
export const external = <const I extends ShapeRecord, const O extends ShapeRecord>(
  name: string,
  options: ExternalOptions<I, O>,
): ((
  instance: string,
  inputs: { readonly [K in keyof I]: DriverOf<I[K]> },
) => { readonly [K in keyof O]: SignalOf<O[K]> }) => {
  const port =
    (direction: 'in' | 'out') =>
    (leaf: { readonly name: string; readonly type: Port['type'] }): Port => ({
      name: leaf.name,
      direction,
      type: leaf.type,
    });
  const design: ExternalDesign = {
    kind: 'external',
    name,
    parameters: options.parameters ?? {},
    ports: [
      ...zipLeaves(options.in, undefined, '').map(port('in')),
      ...zipLeaves(options.out, undefined, '').map(port('out')),
    ],
    ...(options.clockPort === undefined ? {} : { clockPort: options.clockPort }),
    ...(options.twin === undefined ? {} : { twin: options.twin.design }),
    ...(options.model === undefined ? {} : { model: options.model }),
  };
  return (instance, inputs) => connect(design, options, instance, inputs);
};
