/** What makes an output folder stand alone: vectors, a Verilog testbench, a Makefile, a constraints template. */

import type { Device } from '../synth/index.js';
import type { Hardware, TextFile } from './hardware.js';
import { stallLimit, type Expectation } from './verify.js';

/** Pictures in `vectors/`; more would make the folder large for nothing. */
const vectorPictures = 4;

const hexLines = (values: Int32Array, bits: number): string =>
  `${Array.from(values, (value) =>
    BigInt.asUintN(bits, BigInt(value))
      .toString(16)
      .padStart(Math.ceil(bits / 4), '0'),
  ).join('\n')}\n`;

export const standaloneFiles = (
  hardware: Hardware,
  expectation: Expectation | undefined,
): readonly TextFile[] => {
  const { plan, profile } = hardware;
  const top = plan.config.name;
  const sources = hardware.verilog.map(({ name }) => `rtl/${name}`);
  const shared: readonly TextFile[] = [
    { name: 'files.f', text: `${sources.join('\n')}\n` },
    constraintsTemplate(hardware),
  ];
  if (expectation === undefined || expectation.count === 0) return shared;
  const count = Math.min(vectorPictures, expectation.count);
  const { input, output } = plan.config;
  const inputs = expectation.inputs.subarray(0, count * expectation.inputSize);
  const outputs = expectation.outputs.subarray(0, count * expectation.outputSize);
  return [
    ...shared,
    { name: 'vectors/input.hex', text: hexLines(inputs, input.bits) },
    { name: 'vectors/expected.hex', text: hexLines(outputs, output.bits) },
    {
      name: 'testbench.v',
      text: testbench(top, {
        input,
        output,
        expectation,
        count,
        reloadable: plan.config.options.reloadable,
        maxCycles: stallLimit(hardware.prediction, count),
      }),
    },
    { name: 'Makefile', text: makefile(profile.device, plan.config.options.activationMemory === 'spram') },
  ];
};

interface TestbenchContext {
  readonly input: { readonly bits: number };
  readonly output: { readonly bits: number };
  readonly expectation: Expectation;
  readonly count: number;
  readonly reloadable: boolean;
  readonly maxCycles: number;
}

const testbench = (
  top: string,
  { input, output, expectation, count, reloadable, maxCycles }: TestbenchContext,
): string => {
  const beats = count * expectation.inputSize;
  const results = count * expectation.outputSize;
  const config = reloadable
    ? `\n    .cfg_payload(16'd0), .cfg_valid(1'b0), .cfg_last(1'b0), .cfg_ready(), .cfg_status(),`
    : '';
  return `// Streams ${count} pictures from vectors/input.hex through ${top} and compares every output with vectors/expected.hex.
\`timescale 1ns / 1ps
module testbench;
  reg clk = 0;
  reg rst = 1;
  always #5 clk = ~clk;

  reg [${input.bits - 1}:0] inputs [0:${beats - 1}];
  reg [${output.bits - 1}:0] expected [0:${results - 1}];
  integer sent = 0;
  integer received = 0;
  integer wrong = 0;
  integer cycles = 0;

  wire in_ready, out_valid, out_last, busy, error;
  wire [${output.bits - 1}:0] out_payload;
  wire in_valid = !rst && sent < ${beats};
  wire [${input.bits - 1}:0] in_payload = inputs[sent < ${beats} ? sent : 0];
  wire in_last = sent % ${expectation.inputSize} == ${expectation.inputSize - 1};

  ${top} dut (
    .clk(clk), .rst(rst),${config}
    .in_payload(in_payload), .in_valid(in_valid), .in_last(in_last), .in_ready(in_ready),
    .out_payload(out_payload), .out_valid(out_valid), .out_last(out_last), .out_ready(1'b1),
    .busy(busy), .error(error)
  );

  initial begin
    $readmemh("../vectors/input.hex", inputs);
    $readmemh("../vectors/expected.hex", expected);
    repeat (4) @(posedge clk);
    @(negedge clk) rst = 0;
  end

  always @(posedge clk) if (!rst) begin
    cycles = cycles + 1;
    if (cycles == ${maxCycles}) begin
      $display("FAIL: %0d of ${results} outputs after %0d cycles", received, cycles);
      $finish;
    end
    if (in_valid && in_ready) sent <= sent + 1;
    if (out_valid) begin
      if (out_payload !== expected[received] || out_last !== (received % ${expectation.outputSize} == ${expectation.outputSize - 1})) begin
        wrong = wrong + 1;
        $display("output %0d: expected %h, got %h", received, expected[received], out_payload);
      end
      received = received + 1;
      if (received == ${results}) begin
        if (wrong == 0) $display("PASS: ${count} pictures, ${results} outputs equal, %0d cycles", cycles);
        else $display("FAIL: %0d of ${results} outputs differ", wrong);
        $finish;
      end
    end
  end
endmodule
`;
};

/** Runs in rtl/, because that is where the memory images are looked for. */
const makefile = (device: Device, usesCells: boolean): string => {
  const cells = usesCells ? ' $(CELLS)' : '';
  const note = usesCells
    ? `# Models of the ${device.family} cells, from Yosys.\nCELLS ?= $(shell yosys-config --datdir)/ice40/cells_sim.v\n`
    : '';
  const define = usesCells ? ' -DNO_ICE40_DEFAULT_ASSIGNMENTS' : '';
  return `# make sim: checks the Verilog against the reference's outputs with Icarus Verilog.
${note}.PHONY: sim
sim:
\tcd rtl && iverilog -g2005${define} -s testbench -o ../testbench.vvp ../testbench.v *.v${cells}
\tcd rtl && vvp -n ../testbench.vvp | tee ../sim.log
\t@grep -q '^PASS' sim.log
`;
};

const constraintsTemplate = ({ plan, profile, design }: Hardware): TextFile => {
  const { device } = profile;
  const pins = [
    'clk',
    'rst',
    ...design.ports.flatMap(({ name, type }) =>
      Array.from({ length: type.width }, (_, index) => (type.width === 1 ? name : `${name}[${index}]`)),
    ),
  ];
  const intro = `Pins of ${plan.config.name} on ${device.title}: fill in sites, uncomment, and pass the file with`;
  if (device.family === 'ecp5') {
    const lines = pins.map((pin) => `# LOCATE COMP "${pin}" SITE "";`);
    return {
      name: 'constraints/template.lpf',
      text: `# ${intro} --lpf.\n# FREQUENCY PORT "clk" ${profile.targetMHz} MHZ;\n${lines.join('\n')}\n`,
    };
  }
  return {
    name: 'constraints/template.pcf',
    text: `# ${intro} --pcf.\n# set_frequency clk ${profile.targetMHz}\n${pins.map((pin) => `# set_io ${pin} `).join('\n')}\n`,
  };
};
