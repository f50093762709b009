import { describe, expect, it } from 'vitest';
import { authorSignal, DEVICE_NAMES, findDevice, UnknownDevice } from './index.js';

describe('findDevice', () => {
  it('knows each device by its name, in any case', () => {
    for (const name of DEVICE_NAMES) expect(findDevice(name.toUpperCase()).name).toBe(name);
    expect(findDevice('hx8k')).toMatchObject({ luts: 7680, blockRams: 32, dsps: 0 });
    expect(findDevice('up5k')).toMatchObject({ luts: 5280, blockRams: 30, spram: 4, dsps: 8 });
    expect(findDevice('ecp5-85k')).toMatchObject({ luts: 83640, blockRams: 208, dsps: 156 });
  });

  it('lists the known devices and the nearest name', () => {
    expect(() => findDevice('ecp5-86k')).toThrow(
      'unknown device "ecp5-86k"; did you mean ecp5-85k?\n  known devices: hx1k, lp1k, hx8k, lp8k, up5k, ecp5-25k, ecp5-45k, ecp5-85k',
    );
    expect(() => findDevice('hx8')).toThrow(/did you mean hx8k\?/);
    expect(() => findDevice('virtex-ultrascale')).toThrow(/^unknown device "virtex-ultrascale"\n/);
    expect(() => findDevice('')).toThrow(UnknownDevice);
  });
});

describe('authorSignal', () => {
  it.each([
    ['u_acc.total_SB_DFFE_Q_13_D_SB_LUT4_O_I3[3]', 'u_acc.total'],
    ['u_acc.total_SB_DFFE_Q_14_D_SB_LUT4_O_LC', 'u_acc.total'],
    ['u_acc.total_CCU2C_A0_7$CCU2_COMB0', 'u_acc.total'],
    ['u_acc.total_TRELLIS_FF_Q_15', 'u_acc.total'],
    ['pe_0_1.sum[4]', 'pe_0_1.sum[4]'],
    ['q[1]$SB_IO_OUT', 'q[1]'],
    ['$glbnet$clk$TRELLIS_IO_IN', 'clk'],
    ['state_LUT4_Z_1_PFUMX_Z_ALUT', 'state'],
    ['buffer.mem_DP16KD_DOA0', 'buffer.mem'],
    ['LUT4_table', 'LUT4_table'],
    ['$PACKER_GND_NET', ''],
  ])('%s belongs to %s', (netlist, author) => {
    expect(authorSignal(netlist)).toBe(author);
  });
});
