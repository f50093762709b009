/** Many Designs as one, so that external tools run once. */
import { Graph } from '../../src/hdl/graph.js';
import type { Design, InputNode, Instance, InstanceOutputNode, Port } from '../../src/hdl/index.js';
import { typeRange } from '../../src/num/index.js';
import { emptyDesign } from './random-design.js';

/** One Design that holds them all: member i is instance `d<i>`, its ports are `d<i>_PORT`. */
export function sideBySide(designs: readonly Design[]): Design {
  const graph = new Graph();
  const ports: Port[] = [];
  const instances = designs.map((design, index): Instance => {
    const name = `d${index}`;
    const inputs: Record<string, InputNode> = {};
    const outputs: Record<string, InstanceOutputNode> = {};
    for (const { name: port, direction, type } of design.ports) {
      const outer = `${name}_${port}`;
      const node = { id: graph.nextId(), type, ...typeRange(type.signed, type.width) };
      if (direction === 'in') {
        const driver: InputNode = { kind: 'input', name: outer, ...node };
        inputs[port] = driver;
        ports.push({ name: outer, direction, type, driver });
      } else {
        const driver: InstanceOutputNode = { kind: 'instanceOutput', instance: name, port, ...node };
        outputs[port] = driver;
        ports.push({ name: outer, direction, type, driver });
      }
    }
    return { name, design, inputs, outputs };
  });
  return {
    ...emptyDesign('side_by_side'),
    usesClock: designs.some(({ usesClock }) => usesClock),
    usesReset: designs.some(({ usesReset }) => usesReset),
    ports,
    instances,
  };
}
