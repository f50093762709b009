/** Instances of other modules and of cells that are not ours. */
import { clockName, outerDomain, resetName } from '../domains.js';
import type { Design, ExternalDesign, Instance } from '../ir.js';
import { declaration } from './constant.js';
import { wholeNet } from './nets.js';
import type { Scope } from './scope.js';
import type { Lines } from './statements.js';

/** Wires for the outputs; those nobody reads are named `unused_…`, which every linter accepts. */
export function declareOutputs(scope: Scope, instance: Instance): Lines {
  return Object.entries(instance.outputs).flatMap(([port, node]) => {
    const wire = scope.aliases.wires.get(node);
    const shared = wire === undefined ? undefined : scope.nets.get(wire);
    if (shared !== undefined) {
      scope.nets.set(node, shared);
      return [];
    }
    const { width, signed } = node.type;
    const isRead = scope.plan.reachable.has(node);
    const base = `${instance.name}_${port}`;
    const name = node.name ?? scope.names.unique(isRead ? base : `unused_${base}`);
    scope.nets.set(node, wholeNet(name, width, signed));
    if (isRead) scope.readBits.declare(name, width);
    return [`  ${declaration('wire', signed, width, name)};`];
  });
}

/** The instance; more than four connections stand one per line. */
export function printInstance(scope: Scope, instance: Instance): Lines {
  const { name, design, inputs, outputs } = instance;
  const connections: string[] = [];
  const connect = (port: string, text: string): void => {
    connections.push(`.${port}(${text})`);
  };
  if (design.kind === 'design') {
    if (design.usesClock) connect('clk', scope.clock(outerDomain(instance, undefined)));
    if (design.usesReset) connect('rst', scope.reset(outerDomain(instance, undefined)));
    for (const inner of design.domains ?? []) {
      const outer = outerDomain(instance, inner.name);
      connect(clockName(inner.name), scope.clock(outer));
      if (inner.usesReset) connect(resetName(inner.name), scope.reset(outer));
    }
  } else if (design.clockPort !== undefined) {
    for (const port of [design.clockPort].flat())
      connect(port, scope.clock(outerDomain(instance, undefined)));
  }
  for (const port of design.ports) {
    const driver = inputs[port.name];
    const output = outputs[port.name];
    if (driver !== undefined) connect(port.name, scope.closed(driver, `${name}_${port.name}`).text);
    else if (output !== undefined) connect(port.name, scope.nets.get(output)?.name ?? '');
  }
  const parameters =
    design.kind === 'design'
      ? []
      : Object.entries(design.parameters).map(([key, value]) => `    .${key}(${value})`);
  const head =
    parameters.length === 0
      ? [`  ${design.name} ${name} (`]
      : [`  ${design.name} #(`, parameters.join(',\n'), `  ) ${name} (`];
  const isShort = connections.length <= 4 && parameters.length === 0;
  const lines = isShort
    ? [`  ${design.name} ${name} (${connections.join(', ')});`]
    : [...head, connections.map((text) => `    ${text}`).join(',\n'), '  );'];
  const attributed = [...attributeLines(design), ...lines];
  return ['', ...scope.origins.markAll(attributed, name, instance.location, 'statement')];
}

const attributeLines = (design: Design | ExternalDesign): Lines =>
  design.kind === 'design'
    ? []
    : Object.entries(design.attributes ?? {}).map(([key, value]) => `  (* ${key} = "${value}" *)`);
