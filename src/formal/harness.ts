/** The Verilog around the Designs of a proof: a wrapper of fixed ports for each, and the top that compares or drives them. */

import { emitVerilog, type Design, type Port } from '../hdl/index.js';

/** A text file of a job; the name is relative to the job's folder. */
export interface JobFile {
  readonly name: string;
  readonly text: string;
}

export const topName = 'nomul_prove';
export const sideName = (side: 'a' | 'b'): string => `nomul_prove_${side}`;

/** Names of the signals of the top that a counterexample is read from. */
export const inputSignal = (port: string): string => `i_${port}`;
export const resetSignal = 'reset_now';

export const inputsOf = ({ ports }: Design): readonly Port[] =>
  ports.filter(({ direction }) => direction === 'in');
export const outputsOf = ({ ports }: Design): readonly Port[] =>
  ports.filter(({ direction }) => direction === 'out');

const bus = (width: number): string => `[${width - 1}:0]`;

/** The Verilog of one side below FOLDER/SIDE/, its wrapper included. Wrappers always have `clk` and `rst`. */
export function sideFiles(design: Design, side: 'a' | 'b', folder: string): readonly JobFile[] {
  const emitted = emitVerilog(design, { properties: 'formal', imageFolder: `${folder}/${side}` }).files;
  return [...emitted, wrapper(design, side)].map(({ name, text }) => ({ name: `${side}/${name}`, text }));
}

function wrapper(design: Design, side: 'a' | 'b'): JobFile {
  const ports = design.ports.map(
    ({ name, direction, type }) =>
      `  ${direction === 'in' ? 'input' : 'output'} wire ${bus(type.width)} ${name}`,
  );
  const connected = [
    ...(design.usesClock ? ['clk'] : []),
    ...(design.usesReset ? ['rst'] : []),
    ...design.ports.map(({ name }) => name),
  ];
  const text = [
    `module ${sideName(side)} (`,
    ['  input wire clk', '  input wire rst', ...ports].join(',\n'),
    ');',
    `  ${design.name} dut (${connected.map((name) => `.${name}(${name})`).join(', ')});`,
    'endmodule',
    '',
  ].join('\n');
  return { name: `${sideName(side)}.v`, text };
}

export interface TopOptions {
  /** Cycles after the start from which outputs are compared. */
  readonly settleCycles: number;
  /** Inputs that never change. */
  readonly stable: readonly string[];
  /** Output of b that says when outputs are compared; undefined: always. */
  readonly care?: string;
  /** `once`: reset in the first cycle only; `any`: also whenever the prover wants. */
  readonly resets: 'once' | 'any';
}

/**
 * Both Designs with the same inputs. `differ`: the outputs are not equal now; `bad`: they differ although they have
 * settled. The first cycle is a reset.
 */
export function compareTop(a: Design, b: Design, options: TopOptions): JobFile {
  const outputs = outputsOf(a);
  const sides = [
    ...side('a', a, a),
    ...side('b', b, a),
    ...(options.care === undefined ? ["  wire care = 1'b1;"] : []),
  ];
  const unequal = outputs.map(({ name }) => `(a_${name} != b_${name})`).join(' || ');
  return top(a, options, [
    ...sides,
    `  (* keep *) wire differ = ${options.care === undefined ? 'care' : `b_${options.care}`} && (${unequal === '' ? "1'b0" : unequal});`,
    `  (* keep *) wire bad = differ && (age >= ${options.settleCycles});`,
  ]);
}

/** One Design with free inputs, for its own properties. */
export function propertyTop(design: Design, resets: 'once' | 'any'): JobFile {
  return top(design, { settleCycles: 0, stable: [], resets }, side('a', design, design));
}

/** The instance of one side; inputs are those of `face`. */
function side(name: 'a' | 'b', design: Design, face: Design): readonly string[] {
  const inputs = inputsOf(face).map((port) => `.${port.name}(${inputSignal(port.name)})`);
  const outputs = outputsOf(design);
  return [
    ...outputs.map((port) => `  wire ${bus(port.type.width)} ${name}_${port.name};`),
    `  ${sideName(name)} ${name} (${[
      '.clk(clk)',
      `.rst(${resetSignal})`,
      ...inputs,
      ...outputs.map((port) => `.${port.name}(${name}_${port.name})`),
    ].join(', ')});`,
  ];
}

function top(face: Design, options: TopOptions, body: readonly string[]): JobFile {
  const { settleCycles, stable, resets } = options;
  const ageWidth = Math.max(1, Math.ceil(Math.log2(settleCycles + 2)));
  const inputs = inputsOf(face);
  const held = inputs.filter(({ name }) => stable.includes(name));
  const text = [
    `module ${topName} (`,
    [
      '  input wire clk',
      '  input wire reset_wish',
      ...inputs.map(({ name, type }) => `  input wire ${bus(type.width)} ${inputSignal(name)}`),
    ].join(',\n'),
    ');',
    `  reg ${bus(ageWidth)} age = 0;`,
    `  always @(posedge clk) if (age <= ${settleCycles}) age <= age + 1'b1;`,
    `  (* keep *) wire ${resetSignal} = (age == 0)${resets === 'any' ? ' || reset_wish' : ''};`,
    ...held.flatMap(({ name, type }) => [
      `  reg ${bus(type.width)} before_${name};`,
      `  always @(posedge clk) before_${name} <= ${inputSignal(name)};`,
      `  always @* assume (age == 0 || before_${name} == ${inputSignal(name)});`,
    ]),
    ...body,
    'endmodule',
    '',
  ].join('\n');
  return { name: 'top.v', text };
}
