/**
 * The immutable graph of a Design. Checks, simulators, emitters and cost models read this and nothing else.
 *
 * Values are mathematical integers. A node's `type` says how the integer is stored (two's complement when signed),
 * and `lo..hi` is its proven value range (always inside the type). Every operation below is defined on integers, so a
 * reader never has to know Verilog's width rules.
 */

/** How an integer is stored: `width` bits (>= 1), two's complement when `signed`. A `bit` is unsigned, width 1. */
export interface ScalarType {
  readonly signed: boolean;
  readonly width: number;
}

/** Where the author wrote something. Only recorded when elaboration runs with locations on. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
}

interface NodeBase {
  /** Unique within one Design, in order of creation. */
  readonly id: number;
  readonly type: ScalarType;
  /** Smallest and greatest value the node can have. */
  readonly lo: bigint;
  readonly hi: bigint;
  /** The author's name (`m.label`), legal and unique within the Design when set. */
  readonly name?: string;
  readonly location?: SourceLocation;
}

/**
 * Operations, all on integers:
 * - `add sub mul neg`: exact; the type always holds the result.
 * - `and or xor not`: bitwise on two's complement patterns, each operand extended by its own sign to the result width.
 * - `eq ne lt le gt ge`: compare values, result is a bit (operands may differ in type).
 * - `shl`: x * 2^amount, `shr`: floor(x / 2^amount), with a constant `amount`.
 * - `shlDynamic shrDynamic`: the same with args [x, amount], amount unsigned.
 * - `mux`: args [select, whenOne, whenZero], select is a bit.
 * - `slice`: bits `high`..`low` of the pattern, result unsigned.
 * - `cat`: concatenation of patterns, first argument most significant, result unsigned.
 * - `cast`: the low `type.width` bits of the pattern (extended by the operand's own sign when longer), read as `type`.
 *   Widening, wrapping and reinterpreting are all this one operation.
 * - `xorReduce`: parity of the pattern.
 */
export type Op =
  | 'add'
  | 'sub'
  | 'mul'
  | 'neg'
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'shl'
  | 'shr'
  | 'shlDynamic'
  | 'shrDynamic'
  | 'mux'
  | 'slice'
  | 'cat'
  | 'cast'
  | 'xorReduce';

export interface OpNode extends NodeBase {
  readonly kind: 'op';
  readonly op: Op;
  readonly args: readonly Node[];
  /** `shl`, `shr`: the constant distance. */
  readonly amount?: number;
  /** `slice`: the bit positions. */
  readonly high?: number;
  readonly low?: number;
}
export interface ConstNode extends NodeBase {
  readonly kind: 'const';
  readonly value: bigint;
}
export interface InputNode extends NodeBase {
  readonly kind: 'input';
  readonly name: string;
}
/** A register. Holds its value when no statement assigns it. */
export interface RegNode extends NodeBase {
  readonly kind: 'reg';
  readonly name: string;
  /** Value after synchronous reset; also the value at power-up. Undefined: no reset. */
  readonly reset?: bigint;
  /** Value at power-up of a register without reset. Undefined: unspecified (simulators start at 0 or random). */
  readonly powerUp?: bigint;
  /** Name of its clock domain; undefined: the default one (`clk`, `rst`), here and below. */
  readonly domain?: string;
  /** The first register of a synchronizer: its input may belong to another domain. */
  readonly synchronizer?: boolean;
  /** State registers (`m.states`): the name of each value; with `oneHot`, state i has the value 2^i. */
  readonly states?: readonly string[];
  readonly oneHot?: true;
}
/** A named combinational net driven by statements: exactly once on every path, or with a `default`. */
export interface WireNode extends NodeBase {
  readonly kind: 'wire';
  readonly name: string;
  readonly default?: Node;
  /** Stands for a member of a port that goes the other way; `ready`: that of a stream. */
  readonly flow?: 'flipped' | 'ready';
}
/** One output port of an instance. */
export interface InstanceOutputNode extends NodeBase {
  readonly kind: 'instanceOutput';
  readonly instance: string;
  readonly port: string;
}
/** One field of a memory's read port; `sync` reads appear one cycle after the address. */
export interface MemoryReadNode extends NodeBase {
  readonly kind: 'memoryRead';
  readonly memory: string;
  /** Index into `Memory.readPorts` and into `Memory.fields`. */
  readonly port: number;
  readonly field: number;
}
export type Node = OpNode | ConstNode | InputNode | RegNode | WireNode | InstanceOutputNode | MemoryReadNode;

/** `target` takes `value` (registers: at the next clock edge). `value` always fits the target's type. */
export interface Assign {
  readonly kind: 'assign';
  readonly target: RegNode | WireNode;
  readonly value: Node;
  readonly location?: SourceLocation;
}
/** if / else if / else. A target is assigned at most once on any path, so the order of statements carries no meaning. */
export interface When {
  readonly kind: 'when';
  readonly branches: readonly { readonly condition: Node; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
  readonly location?: SourceLocation;
}
/** case (subject). Case values are distinct; `otherwise` runs when none matches. */
export interface Switch {
  readonly kind: 'switch';
  readonly subject: Node;
  readonly cases: readonly {
    readonly value: bigint;
    readonly label: string;
    readonly body: readonly Statement[];
  }[];
  readonly otherwise: readonly Statement[];
  readonly location?: SourceLocation;
}
/**
 * A property, looked at on every clock edge (outside reset) on which the statement is reached. `assert`: `condition` is 1.
 * `assume`: the surroundings keep it at 1; simulations check that, proofs rely on it. `cover`: it should be 1 at least once.
 */
export interface Assertion {
  readonly kind: 'assert';
  readonly property: 'assert' | 'assume' | 'cover';
  readonly condition: Node;
  readonly message: string;
  readonly domain?: string;
  readonly location?: SourceLocation;
}
export type Statement = Assign | When | Switch | Assertion;

export interface Port {
  readonly name: string;
  readonly direction: 'in' | 'out';
  readonly type: ScalarType;
  /** The clock domain in which its value changes. Of no meaning in a Design without any clock and any named domain. */
  readonly domain?: string;
  /** Outputs: what drives the port. Inputs: the InputNode that stands for it. */
  readonly driver?: Node;
}

export interface Instance {
  readonly name: string;
  readonly design: Design | ExternalDesign;
  /** Drivers of the input ports, by port name (clk and rst are connected implicitly). */
  readonly inputs: Readonly<Record<string, Node>>;
  /** The nodes that stand for the output ports, by port name; an unused output has a node too. */
  readonly outputs: Readonly<Record<string, InstanceOutputNode>>;
  /** Outer domain by inner domain, '' for the default one; a domain that is not listed goes by its own name. */
  readonly domains?: Readonly<Record<string, string>>;
  readonly location?: SourceLocation;
}

/**
 * A memory of `depth` words. A word is the concatenation of `fields`, field 0 in the lowest bits. A read
 * returns the word as it was before a write in the same cycle ("old data"); in simulations also one of another domain.
 */
export interface Memory {
  readonly name: string;
  readonly depth: number;
  readonly fields: readonly { readonly name: string; readonly type: ScalarType }[];
  /** Initial contents: `init[field][address]`; shorter arrays are continued with zeros. Undefined: unspecified. */
  readonly init?: readonly (readonly (number | bigint)[])[];
  /** `file`: `$readmemh` from NAME.hex, `inline`: an initial block. */
  readonly initStyle: 'file' | 'inline';
  /**
   * A sync read of the word that is written in the same cycle. `old` (default): it returns the old word, which costs
   * logic beside a block RAM. `never`: the author promises that it does not happen; simulations check the promise. `any`: the author does not
   * use what such a read returns; simulators return the old word, hardware anything.
   */
  readonly readDuringWrite?: 'old' | 'never' | 'any';
  /** `never`: no two write ports write one word in one cycle, so each may be printed by itself. `later` (default): the later wins. */
  readonly writeCollision?: 'later' | 'never';
  readonly readPorts: readonly {
    readonly address: Node;
    /** `sync` ports: the output holds while enable is 0. Undefined: always enabled. */
    readonly enable?: Node;
    readonly sync: boolean;
    readonly data: readonly MemoryReadNode[];
    readonly domain?: string;
  }[];
  readonly writePorts: readonly {
    readonly address: Node;
    readonly enable: Node;
    /** One value per field. */
    readonly data: readonly Node[];
    /** One write enable per field; undefined: the whole word is written. */
    readonly mask?: readonly Node[];
    /** The same for all write ports. */
    readonly domain?: string;
  }[];
  readonly location?: SourceLocation;
}

/** Verified cycles from inputs to outputs. */
export interface DeclaredLatency {
  /** Inputs that do not enter at cycle 0: when they enter, or `timeless` when they fit any cycle (configuration, a stall). */
  readonly inputs: Readonly<Record<string, number | 'timeless'>>;
  /** Outputs by port name; those that are not listed have none. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** One elaborated component. Structurally equal Designs of one name are one module. */
export interface Design {
  readonly kind: 'design';
  /** Verilog module name. */
  readonly name: string;
  /** Parameter values for the header comment. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Author's order; `clk` and `rst` are not listed. */
  readonly ports: readonly Port[];
  /** Any state (own or below) that needs `clk`; any reset register (own or below) that needs `rst`. */
  readonly usesClock: boolean;
  readonly usesReset: boolean;
  /** The same for the other clock domains with state; undefined: there are none. */
  readonly domains?: readonly { readonly name: string; readonly usesReset: boolean }[];
  readonly regs: readonly RegNode[];
  readonly wires: readonly WireNode[];
  /** Nodes the author labelled, in order. */
  readonly labels: readonly Node[];
  /** Signals that are meant to have no reader (`m.unused`). */
  readonly unused?: readonly Node[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  readonly statements: readonly Statement[];
  /** What the component declared and elaboration verified. */
  readonly latency?: DeclaredLatency;
  readonly location?: SourceLocation;
  /** The same Design with the author's places recorded: what messages ask for when something went wrong. */
  readonly located?: () => Design;
}

/** A cell that is not ours: a vendor primitive or a user's Verilog module. */
export interface ExternalDesign {
  readonly kind: 'external';
  readonly name: string;
  /** Verilog parameters, printed as given. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Verilog attributes of each instance, for settings that vendors keep there. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly ports: readonly Port[];
  /** Name of the cell's clock port, or names of several, all connected to the domain's clock. */
  readonly clockPort?: string | readonly string[];
  /** Cycles from inputs to outputs, as the author says. */
  readonly latency?: DeclaredLatency;
  /** The same behaviour as a Design with the same ports: simulated in the cell's place, at full speed, never emitted. */
  readonly twin?: Design;
  /** Behaviour as functions; slower than a twin. With neither, a Design that uses the cell cannot be simulated in process. */
  readonly model?: ExternalModel;
}

/** Cycle behaviour of an external cell. `state` belongs to one instance and is created by `init`. */
export interface ExternalModel {
  init(): unknown;
  /** Combinational outputs from inputs and state, by port name. */
  outputs(inputs: Readonly<Record<string, bigint>>, state: unknown): Readonly<Record<string, bigint>>;
  /** The state after the clock edge. */
  clock(inputs: Readonly<Record<string, bigint>>, state: unknown): unknown;
}
