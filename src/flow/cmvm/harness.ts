/** The harness for place and route: all ports behind shift registers, so that every path is from register to register. */

import type { Design, Port } from '../../hdl/index.js';
import type { TextFile } from '../hardware.js';

/** Few pins, whatever the unit's width: inputs are shifted in, outputs are mixed into a signature that is shifted out. */
export const timingHarness = ({
  name,
  ports,
  usesClock,
  usesReset,
}: Design): TextFile & { readonly top: string } => {
  const inputs = ports.filter(({ direction }) => direction === 'in');
  const outputs = ports.filter(({ direction }) => direction === 'out');
  const connections = [
    ...(usesClock ? ['.clk(clk)'] : []),
    ...(usesReset ? ['.rst(rst)'] : []),
    ...slices('given', inputs),
    ...slices('got', outputs),
  ];
  const top = `${name}_harness`;
  const [given, got] = [widthOf(inputs), widthOf(outputs)];
  const text = `// Measures the speed of ${name} alone.
module ${top} (input clk, ${usesReset ? 'input rst, ' : ''}input serial_in, output serial_out);
  reg [${given - 1}:0] given;
  reg [${got - 1}:0] signature;
  wire [${got - 1}:0] got;
  ${name} dut (
    ${connections.join(',\n    ')}
  );
  always @(posedge clk) begin
    given <= (given << 1) | serial_in;
    signature <= ((signature << 1) | serial_in) ^ got;
  end
  assign serial_out = signature[${got - 1}];
endmodule
`;
  return { name: `${top}.v`, text, top };
};

const widthOf = (ports: readonly Port[]): number => ports.reduce((sum, { type }) => sum + type.width, 0);

const slices = (bus: string, ports: readonly Port[]): readonly string[] => {
  let low = 0;
  return ports.map(({ name, type: { width } }) => {
    const slice = `.${name}(${bus}[${low + width - 1}:${low}])`;
    low += width;
    return slice;
  });
};
