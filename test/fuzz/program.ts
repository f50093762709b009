/**
 * A random Design as plain data. Every number is a choice that is taken modulo the number of possibilities when the program
 * is elaborated, so every program is valid, and so is every program that fast-check shrinks it to.
 */

/** Chooses among the values known so far, 0 the newest. */
export type Pick = number;

export interface TypeRecipe {
  readonly signed: boolean;
  readonly width: number;
}

/** A number of any type: 0..3 an extreme value or zero, above that `bits` repeated to the type's width. */
export interface LiteralRecipe {
  readonly kind: number;
  readonly bits: number;
}

export interface RegRecipe {
  readonly type: TypeRecipe;
  /** `false`: not reset. */
  readonly reset: LiteralRecipe | false;
  readonly powerUp?: LiteralRecipe | undefined;
  /** The control step that assigns it. */
  readonly driver: number;
}

export interface WireRecipe {
  readonly type: TypeRecipe;
  readonly default?: LiteralRecipe | undefined;
  readonly driver: number;
}

export interface OpStep {
  readonly kind: 'op';
  readonly op: OpName;
  readonly operands: readonly Pick[];
  /** Distances, widths, bit positions, modes. */
  readonly n: number;
  readonly label: boolean;
}

export interface LiteralStep {
  readonly kind: 'literal';
  readonly type: TypeRecipe;
  readonly value: LiteralRecipe;
}

/** Assigns its registers and wires, each on every path or (registers, wires with a default) on some. */
export interface ControlStep {
  readonly kind: 'control';
  readonly tree: Tree;
}

export interface Tree {
  /** Bit i: target i is assigned at this level (with branches) or not at all (a register, without branches). */
  readonly here: number;
  readonly values: readonly Pick[];
  readonly assertion: boolean;
  readonly branch?: Branch | undefined;
}

export interface Branch {
  readonly kind: 'when' | 'switch';
  readonly bodies: readonly { readonly select: Pick; readonly body: Tree }[];
  readonly subject: Pick;
  readonly otherwise?: Tree | undefined;
}

/** A state machine whose states follow one another while a condition holds. */
export interface StatesStep {
  readonly kind: 'states';
  readonly count: number;
  readonly conditions: readonly Pick[];
  readonly jumps: readonly number[];
}

export interface PipeStep {
  readonly kind: 'pipe';
  readonly of: Pick;
  readonly stages: number;
  readonly reset: boolean;
  readonly enable?: Pick | undefined;
}

export interface MemoryStep {
  readonly kind: 'memory';
  readonly fields: readonly TypeRecipe[];
  readonly depth: number;
  readonly init?: readonly LiteralRecipe[] | undefined;
  readonly inline: boolean;
  readonly readDuringWrite: 'old' | 'any';
  readonly reads: readonly {
    readonly sync: boolean;
    readonly address: Pick;
    readonly enable?: Pick | undefined;
  }[];
  readonly writes: readonly WriteRecipe[];
}

export interface WriteRecipe {
  readonly address: Pick;
  readonly data: readonly Pick[];
  readonly enable?: Pick | undefined;
  readonly mask?: readonly Pick[] | undefined;
  /** Writes inside m.when. */
  readonly when?: Pick | undefined;
}

export interface InstanceStep {
  readonly kind: 'instance';
  readonly module: number;
  readonly inputs: readonly Pick[];
}

export type Step = OpStep | LiteralStep | ControlStep | StatesStep | PipeStep | MemoryStep | InstanceStep;

export interface ModuleRecipe {
  readonly inputs: readonly TypeRecipe[];
  readonly regs: readonly RegRecipe[];
  readonly wires: readonly WireRecipe[];
  readonly steps: readonly Step[];
  /** Values given out as they are; what no one reads is folded into one more output. */
  readonly outputs: readonly Pick[];
  /** Values that grow wider are narrowed, by wrapping, saturating or slicing. */
  readonly widthLimit: number;
}

/** Modules instantiate modules before them; the last is the top. */
export interface Program {
  readonly modules: readonly ModuleRecipe[];
  /** Seed of the stimulus. */
  readonly stimulus: number;
}

export const opNames = [
  'add',
  'sub',
  'mul',
  'neg',
  'and',
  'or',
  'xor',
  'not',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'bits',
  'bit',
  'asSint',
  'asUint',
  'toSint',
  'xorReduce',
  'shl',
  'shr',
  'shlDynamic',
  'shrDynamic',
  'mux',
  'wrap',
  'saturate',
  'roundShift',
  'cat',
  'select',
  'assumeRange',
  'addLiteral',
  'compareLiteral',
  'mulLiteral',
] as const;
export type OpName = (typeof opNames)[number];
