/** Makes a Design of a random program, through the language as an author uses it. */
import { component, type Design, type ModuleBuilder, type Node, type UInt } from '../../src/hdl/index.js';
import { postOrder, sinks } from '../../src/hdl/check/walk.js';
import { Body, scalar, type AnyComponent, type Finished, type Ports } from './body.js';
import { choose, unsigned, type Value } from './operations.js';
import type { ModuleRecipe, Program } from './program.js';

type Last = (m: ModuleBuilder, values: readonly Value[]) => void;

/**
 * The top of a random program; every module's name begins with `prefix`. The same program gives the same Design. `last` runs at
 * the end of the body of each module.
 */
export function elaborateProgram(program: Program, prefix: string, last?: Last): AnyComponent {
  const finished: Finished[] = [];
  program.modules.forEach((recipe, index) => {
    finished.push(elaborateModule(recipe, `${prefix}_m${index}`, finished, last));
  });
  return choose(finished, finished.length - 1).component;
}

/** Runs the body twice: the first time finds the types of the outputs and what no one reads. Both give the same nodes. */
function elaborateModule(
  recipe: ModuleRecipe,
  name: string,
  below: readonly Finished[],
  last: Last | undefined,
): Finished {
  const face: Ports = Object.fromEntries(recipe.inputs.map((type, index) => [`in${index}`, scalar(type)]));
  const bodies: Body[] = [];
  const draft = component(name, { in: face, out: {} }, (inputs, m) => {
    const body = new Body(recipe, below, m, last);
    bodies.push(body);
    m.unused(...body.run(inputs));
    return {};
  });
  const body = choose(bodies, 0);
  const plan = planOutputs(recipe, body.values, draft.design);
  const made = component(name, { in: face, out: plan.types }, (inputs, m) =>
    plan.drivers(new Body(recipe, below, m, last).run(inputs)),
  );
  return { component: made, inputs: face, depth: body.depth, instances: body.instances };
}

interface OutputPlan {
  readonly types: Ports;
  drivers(values: readonly Value[]): Readonly<Record<string, Value>>;
}

/** Some values as they are, and one digest of everything that has no other reader. */
function planOutputs(recipe: ModuleRecipe, values: readonly Value[], draft: Design): OutputPlan {
  const shown = [...new Set(recipe.outputs.map((choice) => values.length - 1 - (choice % values.length)))];
  const read = new Set<Node>();
  for (const root of [...sinks(draft), ...shown.map((index) => choose(values, index).node)])
    postOrder(root, read, () => undefined);
  // Some nameless operations stay without a reader: they are not hardware.
  const unread = values.flatMap(({ node }, index) =>
    read.has(node) ||
    values.findIndex((value) => value.node === node) !== index ||
    node.kind === 'const' ||
    (isPassing(node) && index % 5 === 0)
      ? []
      : [index],
  );
  const hasDigest = unread.length > 0 || shown.length === 0;
  return {
    types: {
      ...Object.fromEntries(
        shown.map((index) => [`out${index}`, scalar(choose(values, index).node.type)] as const),
      ),
      ...(hasDigest ? { rest: scalar({ signed: false, width: 64 }) } : {}),
    },
    drivers: (all) => ({
      ...Object.fromEntries(shown.map((index) => [`out${index}`, choose(all, index)] as const)),
      ...(hasDigest ? { rest: digest((unread.length > 0 ? unread : [0]).map((i) => choose(all, i))) } : {}),
    }),
  };
}

/** An operation that may stay without a reader; what a memory gives (or 0) may not. */
const isPassing = (node: Node): boolean =>
  node.kind === 'op' && node.name === undefined && node.args.every(({ kind }) => kind !== 'memoryRead');

/** 64 bits in which every bit of every item shows. */
function digest(items: readonly Value[]): UInt {
  const patterns = items.map((item) => {
    const pattern = unsigned(item);
    return item.width <= 64 ? pattern : pattern.wrap(63).xor(pattern.xorReduce().shl(63));
  });
  return patterns.reduce((all, pattern) => all.xor(pattern));
}
