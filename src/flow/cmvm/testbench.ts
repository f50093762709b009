/** A Verilog testbench that plays a trace and compares what is due in every cycle. */

import type { Design, Port } from '../../hdl/index.js';
import type { TextFile } from '../hardware.js';
import type { TraceCycle } from './unit.js';

/** `testbench.v`, its vectors and a Makefile; sources lie in `rtl/`. */
export const traceTestbench = (design: Design, trace: readonly TraceCycle[]): readonly TextFile[] => {
  const inputs = design.ports.filter(({ direction }) => direction === 'in');
  const outputs = design.ports.filter(({ direction }) => direction === 'out');
  const expected = trace.map((cycle) => pattern(outputs, cycle.outputs));
  const checked = trace.map((cycle) =>
    pattern(outputs, Object.fromEntries(Object.keys(cycle.outputs).map((name) => [name, -1n]))),
  );
  const lines = (patterns: readonly bigint[]): string =>
    patterns.map((bits) => `${bits.toString(16)}\n`).join('');
  return [
    { name: 'vectors/inputs.hex', text: lines(trace.map((cycle) => pattern(inputs, cycle.inputs))) },
    { name: 'vectors/expected.hex', text: lines(expected) },
    { name: 'vectors/checked.hex', text: lines(checked) },
    { name: 'testbench.v', text: testbench(design, inputs, outputs, trace.length) },
    { name: 'Makefile', text: makefile },
  ];
};

/** The values of ports side by side, the first at the top; a port without a value is 0. */
const pattern = (ports: readonly Port[], values: Readonly<Record<string, bigint>>): bigint =>
  ports.reduce(
    (bits, { name, type: { width } }) => (bits << BigInt(width)) | BigInt.asUintN(width, values[name] ?? 0n),
    0n,
  );

const widthOf = (ports: readonly Port[]): number => ports.reduce((sum, { type }) => sum + type.width, 0);

const testbench = (
  { name, usesClock, usesReset }: Design,
  inputs: readonly Port[],
  outputs: readonly Port[],
  cycles: number,
): string => {
  const connections = [
    ...(usesClock ? ['.clk(clk)'] : []),
    ...(usesReset ? ['.rst(rst)'] : []),
    ...[...inputs, ...outputs].map((port) => `.${port.name}(${port.name})`),
  ];
  const declared = [...inputs, ...outputs].map((port) => `  wire [${port.type.width - 1}:0] ${port.name};`);
  const concatenated = (ports: readonly Port[]): string => `{${ports.map((port) => port.name).join(', ')}}`;
  return `// Plays vectors/inputs.hex into ${name} and compares every output that is due with vectors/expected.hex.
\`timescale 1ns / 1ps
module testbench;
  reg clk = 0;
  reg rst = 1;
  always #5 clk = ~clk;

  reg [${widthOf(inputs) - 1}:0] inputs [0:${cycles - 1}];
  reg [${widthOf(outputs) - 1}:0] expected [0:${cycles - 1}];
  reg [${widthOf(outputs) - 1}:0] checked [0:${cycles - 1}];
  reg [${widthOf(inputs) - 1}:0] now = 0;
  integer cycle;
  integer wrong = 0;

${declared.join('\n')}
  assign ${concatenated(inputs)} = now;

  ${name} dut (
    ${connections.join(',\n    ')}
  );
  wire [${widthOf(outputs) - 1}:0] got = ${concatenated(outputs)};

  initial begin
    $readmemh("vectors/inputs.hex", inputs);
    $readmemh("vectors/expected.hex", expected);
    $readmemh("vectors/checked.hex", checked);
    @(negedge clk);
    @(negedge clk) rst = 0;
    for (cycle = 0; cycle < ${cycles}; cycle = cycle + 1) begin
      now = inputs[cycle];
      #1;
      if ((got & checked[cycle]) !== (expected[cycle] & checked[cycle])) begin
        wrong = wrong + 1;
        $display("cycle %0d: expected %h, got %h (checked bits %h)", cycle, expected[cycle], got, checked[cycle]);
      end
      @(negedge clk);
    end
    if (wrong == 0) $display("PASS: ${cycles} cycles");
    else $display("FAIL: %0d of ${cycles} cycles differ", wrong);
    $finish;
  end
endmodule
`;
};

const makefile = `# make sim: checks the Verilog against the matrix's exact results with Icarus Verilog.
.PHONY: sim
sim:
\tiverilog -g2005 -s testbench -o testbench.vvp testbench.v rtl/*.v
\tvvp -n testbench.vvp | tee sim.log
\t@grep -q '^PASS' sim.log
`;
