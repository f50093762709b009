/** Components: typed functions from a record of inputs to a record of outputs. Instantiating is calling. */

import { checkDesign, checkExternal } from './check/index.js';
import { fail, HdlError, misuse } from './diagnostics.js';
import type { Design, ExternalDesign, ExternalModel, Instance, Port } from './ir.js';
import { clocksOf } from './clocks.js';
import { ModuleBuilder } from './module.js';
import { connectInputs, connectOutputs, declareInputs, declareOutputs } from './ports.js';
import { zipLeaves, type DriverOf, type Leaf, type PortRecord, type SignalOf } from './types.js';

export interface Interface<I extends PortRecord, O extends PortRecord> {
  readonly in: I;
  readonly out: O;
  /** Parameter values for the header of the emitted module. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Cycles from the inputs to all outputs, or to some of them; verified (docs/latency.md). */
  readonly latency?: LatencyOf<O>;
}
/** One number for all outputs, or one by output. */
type LatencyOf<O> = number | { readonly [K in keyof O]?: number };

/** A component: call it inside another component's body to instantiate it; `.design` is its immutable graph. */
export interface Component<I extends PortRecord, O extends PortRecord> {
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

/** Errors of inner components, which ran again with locations on: the outer ones need not. */
const complete = new WeakSet<HdlError>();

/** The components whose bodies are running, innermost last: what an instantiation adds itself to. */
const running: ModuleBuilder[] = [];

/**
 * Elaborates a component once. When something is wrong the body runs a second time with source locations on, so that the
 * error names the author's line. @throws HdlError
 */
export const component = <const I extends PortRecord, const O extends PortRecord>(
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

const elaborateChecked = <I extends PortRecord, O extends PortRecord>(
  name: string,
  face: Interface<I, O>,
  body: Body<I, O>,
): Design => {
  try {
    return elaborate(name, face, body, false);
  } catch (error) {
    if (error instanceof HdlError && complete.has(error)) throw error;
    const mistake =
      error instanceof HdlError
        ? withLocations(error, () => elaborate(name, face, body, true))
        : misuse(error);
    if (mistake !== undefined) complete.add(mistake);
    throw mistake ?? error;
  }
};

/** What `again` throws in the place of `error`; `error` itself when the body did something else this time. */
const withLocations = (error: HdlError, again: () => unknown): HdlError => {
  try {
    again();
  } catch (second) {
    if (second instanceof HdlError && second.code === error.code) return second;
  }
  return error;
};

const elaborate = <I extends PortRecord, O extends PortRecord>(
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
  const outPorts = connectOutputs(m, face.out, outputs);
  for (const memory of m.memories) memory.complete();
  m.closed = true;
  const design = finish(m, [...inputs.ports, ...outPorts], face.parameters ?? {});
  const checked = checkDesign(design, m.graph);
  const latency =
    face.latency === undefined
      ? {}
      : { latency: m.latencies.verify(design.ports, portLatencies(face.out, face.latency)) };
  // Not enumerable: a copy of the Design is another one, which this would not describe.
  const located = locations ? {} : { located: { value: () => elaborate(name, face, body, true) } };
  return Object.defineProperties({ ...checked, ...latency }, located);
};

/** The declared latency of each output port. */
const portLatencies = <O extends PortRecord>(
  shapes: O,
  latency: LatencyOf<O>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(shapes).flatMap(([key, shape]) => {
      const cycles = typeof latency === 'number' ? latency : latency[key];
      return cycles === undefined
        ? []
        : zipLeaves({ [key]: shape }, undefined, '').map(({ name }): [string, number] => [name, cycles]);
    }),
  );

const finish = (
  m: ModuleBuilder,
  ports: readonly Port[],
  parameters: Readonly<Record<string, string | number | boolean>>,
): Design => {
  const memories = m.memories.map((memory) => memory.build());
  return {
    kind: 'design',
    name: m.name,
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])),
    ports,
    ...clocksOf(m, memories),
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

/** Adds an instance to the component whose body is running. */
const connect = <I extends PortRecord, O extends PortRecord>(
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
  const passed = connectInputs(m, { component: design.name, instance: instanceName }, face.in, inputs);
  const { signals, ...given } = declareOutputs(m, instanceName, face.out);
  const instance: Instance = {
    name: instanceName,
    design,
    inputs: { ...passed.inputs, ...given.inputs },
    outputs: { ...passed.outputs, ...given.outputs },
    ...m.domains.ofInstance(design),
    ...m.locationField(),
  };
  m.instances.push(instance);
  return signals as { readonly [K in keyof O]: SignalOf<O[K]> };
};

const checkPortNames = (design: Design | ExternalDesign, shapes: PortRecord, inputs: object): void => {
  for (const key of Object.keys(inputs)) {
    if (!(key in shapes))
      fail(
        'HDL011',
        `${design.name} has no input ${key}`,
        `its inputs are ${Object.keys(shapes).join(', ')}`,
      );
  }
};

export interface ExternalOptions<I extends PortRecord, O extends PortRecord> {
  readonly in: I;
  readonly out: O;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Verilog attributes of each instance. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The cell's clock port, if it has one; several are connected to the same clock. */
  readonly clockPort?: string | readonly string[];
  /** Cycles from its inputs to all outputs, or to some of them: the author's word. */
  readonly latency?: LatencyOf<O>;
  /** Behaviour in the simulator: a component with the same ports, or functions (slower). */
  readonly twin?: { readonly design: Design };
  readonly model?: ExternalModel;
}

/** A vendor cell or a user's Verilog module, instantiated like any component. */
export const external = <const I extends PortRecord, const O extends PortRecord>(
  name: string,
  options: ExternalOptions<I, O>,
): ((
  instance: string,
  inputs: { readonly [K in keyof I]: DriverOf<I[K]> },
) => { readonly [K in keyof O]: SignalOf<O[K]> }) => {
  const port =
    (direction: 'in' | 'out') =>
    ({ name: port, type, place }: Leaf): Port => ({ name: port, direction, type, ...place });
  const design: ExternalDesign = {
    kind: 'external',
    name,
    parameters: options.parameters ?? {},
    ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
    ports: [
      ...zipLeaves(options.in, undefined, '').map(port('in')),
      ...zipLeaves(options.out, undefined, '').map(port('out')),
    ],
    ...(options.clockPort === undefined ? {} : { clockPort: options.clockPort }),
    ...(options.latency === undefined
      ? {}
      : { latency: { inputs: {}, outputs: portLatencies(options.out, options.latency) } }),
    ...(options.twin === undefined ? {} : { twin: options.twin.design }),
    ...(options.model === undefined ? {} : { model: options.model }),
  };
  checkExternal(design);
  return (instance, inputs) => connect(design, options, instance, inputs);
};
