/** Whole accelerators as Verilog: no reader of Verilog has anything to say about them. */

import { describe, expect, it } from 'vitest';
import { arrayTop, planArray, type ArrayOptions } from '../../src/accel/index.js';
import { emitVerilog } from '../../src/hdl/index.js';
import type { IntegerNetwork } from '../../src/nn/index.js';
import { makeRandomNetwork } from '../../src/nn/testing/index.js';
import { lintVerilog } from '../helpers/lint.js';
import { haveShared } from '../nn/shared-data.js';
import { familyFaultNetwork, faultNetwork } from './helpers/fault-network.js';
import { loadModel } from './helpers/models.js';

const base: ArrayOptions = {
  rows: 3,
  columns: 4,
  taps: 2,
  requantizers: 2,
  activationMemory: 'block',
  multiplierStages: 1,
  memoryRegister: true,
  reloadable: false,
};

const complaints = async (network: IntegerNetwork, options: ArrayOptions): Promise<string> => {
  const { design } = arrayTop(planArray(network, options));
  const { files } = emitVerilog(design);
  return lintVerilog([...files, ...cellsFor(options)], design.name);
};

/** Vendor cells are declared by their vendor's library; here, a body without contents. */
const cellsFor = ({
  activationMemory,
}: ArrayOptions): readonly { readonly name: string; readonly text: string }[] =>
  activationMemory === 'spram' ? [{ name: 'cells.v', text: spramCell }] : [];

const spramCell = `/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSEDSIGNAL */
module SB_SPRAM256KA (
  input [13:0] ADDRESS, input [15:0] DATAIN, input [3:0] MASKWREN, input WREN, input CHIPSELECT, input CLOCK,
  input STANDBY, input SLEEP, input POWEROFF, output [15:0] DATAOUT
);
  assign DATAOUT = DATAIN;
endmodule
/* verilator lint_on UNUSEDSIGNAL */
/* verilator lint_on DECLFILENAME */
`;

describe('emitted accelerators', () => {
  it.each<readonly [string, IntegerNetwork, ArrayOptions]>([
    ['all kinds of convolution', faultNetwork(), base],
    ['tables, powers of two and PVQ', familyFaultNetwork(), { ...base, multipliers: 'recoded' }],
    ['the same, reloadable', familyFaultNetwork(), { ...base, reloadable: true }],
    ['reloadable', faultNetwork(), { ...base, reloadable: true }],
    [
      'one PE',
      faultNetwork(),
      { ...base, rows: 1, columns: 1, taps: 1, requantizers: 1, multiplierStages: 2 },
    ],
    ['single-port memory', faultNetwork(), { ...base, taps: 1, activationMemory: 'spram' }],
    ['every operator, four taps', makeRandomNetwork(8, 5), { ...base, taps: 4, rows: 4 }],
    ['only pooling', makeRandomNetwork(5, 2, { operators: ['maxPool'] }), base],
    [
      'only pooling, reloadable',
      makeRandomNetwork(6, 2, { operators: ['maxPool', 'avgPool'] }),
      { ...base, reloadable: true },
    ],
    ['additions', makeRandomNetwork(9, 3, { operators: ['residual'] }), { ...base, taps: 1 }],
    ['ternary only', makeRandomNetwork(11, 2, { operators: ['pointwise'] }), { ...base, rows: 5 }],
  ])('%s', async (_what, network, options) => {
    expect(await complaints(network, options)).toBe('');
  });

  it.runIf(haveShared())('dwnet, 16 x 16', async () => {
    const network = loadModel('models/dwnet_ternary_pw_int8_dw.qonnx.onnx');
    expect(await complaints(network, { ...base, rows: 16, columns: 16, taps: 4, requantizers: 16 })).toBe('');
  });
});
