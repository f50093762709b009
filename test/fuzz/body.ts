/** The body of a random component: interprets its recipe step by step. */
import type { Component, ModuleBuilder, SIntType, UInt, UIntType } from '../../src/hdl/index.js';
import { Control, drive, type Target } from './control.js';
import { MemoryStack } from './memories.js';
import { choose, condition, conform, literalValue, narrowed, operation, type Value } from './operations.js';
import type {
  InstanceStep,
  LiteralRecipe,
  ModuleRecipe,
  OpStep,
  Pick,
  PipeStep,
  StatesStep,
  Step,
  TypeRecipe,
} from './program.js';

export type Ports = Readonly<Record<string, UIntType | SIntType>>;
export type AnyComponent = Component<Ports, Ports>;

/** A component that others may instantiate. */
export interface Finished {
  readonly component: AnyComponent;
  readonly inputs: Ports;
  /** Levels of hierarchy and components in all, itself included. */
  readonly depth: number;
  readonly instances: number;
}

const maxDepth = 4;
const maxInstances = 30;

export const scalar = ({ signed, width }: TypeRecipe): UIntType | SIntType =>
  signed ? { signed, width } : { signed, width };

interface Declared {
  readonly target: Target;
  readonly driver: number;
}

export class Body {
  /** Everything that can be read, oldest first. */
  readonly values: Value[] = [];
  depth = 1;
  instances = 1;
  private readonly memories: MemoryStack;

  constructor(
    private readonly recipe: ModuleRecipe,
    private readonly below: readonly Finished[],
    private readonly m: ModuleBuilder,
    /** Runs at the end of the body. */
    private readonly last: (m: ModuleBuilder, values: readonly Value[]) => void = () => undefined,
  ) {
    this.memories = new MemoryStack(
      m,
      (choice) => this.value(choice),
      () => this.values.length - 1,
    );
  }

  run(inputs: Readonly<Record<string, Value>>): readonly Value[] {
    const { steps } = this.recipe;
    this.values.push(...Object.values(inputs));
    const declared = [...this.declareRegs(), ...this.declareWires()];
    const groups = 1 + steps.filter(({ kind }) => kind === 'control').length;
    const group = (index: number): Target[] =>
      declared
        .filter(({ driver, target }) => driver % groups === index && !target.startsUnknown)
        .map(({ target }) => target);
    const control = new Control(this.m, (choice) => this.value(choice));
    let controls = 0;
    steps.forEach((step, index) => {
      if (step.kind !== 'control') {
        this.step(step, index);
        return;
      }
      const targets = group(controls++);
      control.run(step.tree, targets);
      this.addWires(targets.filter((target) => control.assigned.has(target)));
    });
    const rest = declared.map(({ target }) => target).filter((target) => !control.assigned.has(target));
    // What starts unknown takes an input, so that it is defined some day.
    rest.forEach(({ signal, startsUnknown }, index) =>
      drive(signal, startsUnknown ? choose(this.values, 0) : this.value(index), index),
    );
    this.addWires(rest);
    this.memories.write();
    this.last(this.m, this.values);
    return this.values;
  }

  private value(choice: Pick): Value {
    return choose(this.values, this.values.length - 1 - (choice % this.values.length));
  }
  private bit(choice: Pick): UInt {
    return condition(this.value(choice), choice);
  }

  private declareRegs(): Declared[] {
    return this.recipe.regs.map(({ type, reset, powerUp, driver }, index) => {
      const literal = (recipe: LiteralRecipe): bigint => literalValue(type, recipe);
      const options = {
        reset: reset === false ? reset : literal(reset),
        ...(reset !== false || powerUp === undefined ? {} : { powerUp: literal(powerUp) }),
      };
      const signal = choose(Object.values(this.m.regs({ [`r${index}`]: scalar(type) }, options)), 0);
      this.values.push(signal);
      const startsUnknown = reset === false && powerUp === undefined;
      return { target: { signal, onEveryPath: false, startsUnknown }, driver };
    });
  }

  /** Wires can be read once they are driven. */
  private declareWires(): Declared[] {
    return this.recipe.wires.map(({ type, default: value, driver }, index) => {
      const options = value === undefined ? {} : { default: literalValue(type, value) };
      const signal = choose(Object.values(this.m.wires({ [`w${index}`]: scalar(type) }, options)), 0);
      return { target: { signal, onEveryPath: value === undefined, startsUnknown: false }, driver };
    });
  }
  private addWires(targets: readonly Target[]): void {
    for (const { signal } of targets) if (signal.node.kind === 'wire') this.values.push(signal);
  }

  private step(step: Exclude<Step, { kind: 'control' }>, index: number): void {
    switch (step.kind) {
      case 'op':
        this.operate(step, index);
        return;
      case 'literal':
        this.values.push(this.literal(step.type, literalValue(step.type, step.value)));
        return;
      case 'states':
        this.states(step, index);
        return;
      case 'pipe':
        this.pipe(step, index);
        return;
      case 'memory':
        this.values.push(...this.memories.add(step, `mem${index}`));
        return;
      case 'instance':
        this.instantiate(step, index);
        return;
    }
  }

  private operate(step: OpStep, index: number): void {
    const operands = step.operands.map((choice) => this.value(choice));
    const limit = this.recipe.widthLimit;
    const result = narrowed(operation(step, operands, limit), limit, step.n);
    const isNew = result.node.name === undefined && result.node.kind === 'op';
    if (step.label && isNew) this.m.label({ [`l${index}`]: result });
    this.values.push(result);
  }

  private literal({ signed, width }: TypeRecipe, value: bigint): Value {
    return signed ? this.m.constant({ signed, width }, value) : this.m.constant({ signed, width }, value);
  }

  private states({ count, conditions, jumps }: StatesStep, index: number): void {
    const names = Array.from({ length: count }, (_, i) => `S${i}`);
    const state = this.m.states(`state${index}`, names);
    const bodies = names.map((name, i) => {
      const test = this.bit(choose(conditions, i));
      const following = choose(names, i + 1);
      const jump = choose(names, choose(jumps, i));
      const body = (): void => {
        const chain = this.m.when(test, () => (state.next = following));
        if (i % 2 === 0) chain.otherwise(() => (state.next = jump));
      };
      return [name, body] as const;
    });
    this.m.switch(state, Object.fromEntries(bodies));
    this.values.push(state.signal, state.is(choose(names, count - 1)));
  }

  private pipe({ of, stages, reset, enable }: PipeStep, index: number): void {
    const options = {
      stages,
      ...(reset ? { reset: 0 } : {}),
      ...(enable === undefined ? {} : { enable: this.bit(enable) }),
    };
    this.values.push(this.m.pipe(`p${index}`, this.value(of), options));
  }

  private instantiate({ module, inputs }: InstanceStep, index: number): void {
    const possible = this.below.filter(
      ({ depth, instances }) => depth < maxDepth && this.instances + instances <= maxInstances,
    );
    if (possible.length === 0) return;
    const child = choose(possible, module);
    const drivers = Object.entries(child.inputs).map(([port, type], i) => {
      const choice = choose(inputs, i);
      return [port, conform(this.value(choice + i), type, choice)] as const;
    });
    const outputs = child.component(`u${index}`, Object.fromEntries(drivers));
    this.depth = Math.max(this.depth, child.depth + 1);
    this.instances += child.instances;
    this.values.push(...Object.values(outputs));
  }
}
