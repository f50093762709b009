/** The designs of ../shared/bench/simulators by their names there, and their checksums. */
import type { Design } from '../../src/hdl/index.js';
import { adderTree } from './adder-tree.js';
import { lineBuffer } from './line-buffer.js';
import { macArray } from './mac-array.js';

export interface BenchDesign {
  readonly name: string;
  readonly make: () => { readonly design: Design };
  /** After 10,000 cycles, as ../shared/bench/README.md states it; undefined where it states none. */
  readonly checksum?: string;
}

export const designs: readonly BenchDesign[] = [
  { name: 'A8', make: () => macArray({ size: 8 }), checksum: 'fa951a13' },
  { name: 'A16', make: () => macArray({ size: 16 }), checksum: '72081f81' },
  { name: 'B8', make: () => macArray({ size: 8, ternary: true }), checksum: '3b00929f' },
  { name: 'B16', make: () => macArray({ size: 16, ternary: true }), checksum: '3abbca01' },
  { name: 'C', make: () => adderTree(), checksum: 'e91caa36' },
  { name: 'D', make: () => lineBuffer(), checksum: 'a9e58f81' },
  { name: 'A32', make: () => macArray({ size: 32 }) },
  { name: 'A64', make: () => macArray({ size: 64 }) },
  { name: 'B64', make: () => macArray({ size: 64, ternary: true }) },
];
