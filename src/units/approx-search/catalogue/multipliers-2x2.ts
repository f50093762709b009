/** Written by `make bench BENCH=approx-search`; see tasks.ts. */
import type { StoredPath } from '../catalogue.js';

// prettier-ignore
export const multipliers2x2: readonly StoredPath[] = [
  {
    search: '2x2 unsigned, least area, bounded mean error',
    width: 2,
    signed: false,
    members: [
      { bound: 0, netlist: '4;a0402a0502a0403A0503x0807a0807O0b09;060a0c0b' },
      { bound: 0.125, netlist: '4;A0502a0402a0305A0403A0906;070a0800' },
      { bound: 0.3125, netlist: '4;A0502a0305A0403O0806A0806;090a0700' },
      { bound: 0.375, netlist: '4;A0502a0305A0403A0806;02090700' },
      { bound: 0.5, netlist: '4;a0305a0304;02070600' },
      { bound: 0.75, netlist: '4;a0305;02040600' },
      { bound: 1.25, netlist: '4;a0503;01000600' },
      { bound: 1.375, netlist: '4;;00030500' },
    ],
  },
  {
    search: '2x2 unsigned, least luts, bounded mean error',
    width: 2,
    signed: false,
    members: [
      { bound: 0, netlist: '4;a0402a0502a0403a0503x0807a0807x0b09a0b09;060a0c0d' },
      { bound: 0.125, netlist: '4;a0402a0502a0403a0503o0807x0009;060a0b00' },
      { bound: 0.25, netlist: '4;a0502a0403a0503x0706a0706x0a08a0a08;00090b0c' },
      { bound: 0.4375, netlist: '4;a0502a0403a0503o0706;00090800' },
      { bound: 0.75, netlist: '4;h0305X0506;02040700' },
      { bound: 1.25, netlist: '4;a0503;01000600' },
      { bound: 1.375, netlist: '4;;00030500' },
    ],
  },
  {
    search: '2x2 unsigned, least area, bounded worst error',
    width: 2,
    signed: false,
    members: [
      { bound: 0, netlist: '4;a0402a0502a0403A0503x0807a0807O0b09;060a0c0b' },
      { bound: 1, netlist: '4;a0502a0403A0503o0706a0706O0a08;08090b0a' },
      { bound: 2, netlist: '4;a0503;02050600' },
      { bound: 4, netlist: '4;;05050300' },
    ],
  },
  {
    search: '2x2 signed, least area, bounded mean error',
    width: 2,
    signed: true,
    members: [
      { bound: 0, netlist: '4;a0402a0502n0700A0403a0503x0908A0809x0c0aA0b0dn0e08;060b0d0f' },
      { bound: 0.125, netlist: '4;a0402A0502A0403a0503A0807x0a09A0a0bn0c00;060a0b0d' },
      { bound: 0.1875, netlist: '4;A0502a0402A0403a0503A0806x0a09a0a0b;070a0b0c' },
      { bound: 0.25, netlist: '4;A0502A0403A0503A0706X0908a090a;0b090a0b' },
      { bound: 0.4375, netlist: '4;n0201A0403A0503A0706X0908a090a;0b090a0b' },
      { bound: 0.5, netlist: '4;A0403A0503A0607a0807;09080909' },
      { bound: 0.625, netlist: '4;g0503;06050606' },
      { bound: 1, netlist: '4;;00000000' },
    ],
  },
  {
    search: '2x2 signed, least luts, bounded mean error',
    width: 2,
    signed: true,
    members: [
      { bound: 0, netlist: '4;a0402a0502n0700a0403n0900a0503x0a08n0c00o0a08n0d00x0e0dx0g0bA0e0dA0g0bA0i0jn0k00;060f0h0l' },
      { bound: 0.25, netlist: '4;a0502O0006n0600a0403n0904a0503x0a08X0907n0c00o0a08x0f0ex0g0bA0f0ex0g0bA0i0jX0k00;000d0h0l' },
      { bound: 0.625, netlist: '4;h0503O0506;07030707' },
      { bound: 1, netlist: '4;;00000000' },
    ],
  },
];
