import { UnknownDevice } from './errors.js';

export type Family = 'ice40' | 'ecp5';

/** What a part offers. Counts are those of nextpnr's chip databases. */
export interface Device {
  readonly name: DeviceName;
  readonly family: Family;
  /** For people: manufacturer's name and package. */
  readonly title: string;
  /** 4-input lookup tables; on iCE40 each shares a logic cell with a register. */
  readonly luts: number;
  readonly registers: number;
  /** iCE40: 4 kbit each; ECP5: 18 kbit each. */
  readonly blockRams: number;
  readonly blockRamBits: number;
  /** Single-ported RAMs of 256 kbit that a bitstream cannot initialize (up5k). */
  readonly spram: number;
  /** iCE40 UltraPlus: 16 x 16 SB_MAC16; ECP5: 18 x 18 MULT18X18D. */
  readonly dsps: number;
  /** Pins of the package that a design can use. */
  readonly pins: number;
  /** nextpnr's device switch and package name. */
  readonly nextpnrSwitch: string;
  readonly packageName: string;
  /** `synth_ice40 -device`; empty for ECP5. */
  readonly synthDevice: string;
}

export type DeviceName = 'hx1k' | 'lp1k' | 'hx8k' | 'lp8k' | 'up5k' | 'ecp5-25k' | 'ecp5-45k' | 'ecp5-85k';

const ICE40 = { family: 'ice40', blockRamBits: 4096 } as const;
const ECP5 = { family: 'ecp5', blockRamBits: 18432, spram: 0, synthDevice: '' } as const;
const NO_HARD_BLOCKS = { spram: 0, dsps: 0 } as const;
const K1 = { ...ICE40, ...NO_HARD_BLOCKS, luts: 1280, registers: 1280, blockRams: 16 } as const;
const K8 = { ...ICE40, ...NO_HARD_BLOCKS, luts: 7680, registers: 7680, blockRams: 32 } as const;

const TABLE: Readonly<Record<DeviceName, Device>> = {
  hx1k: { ...K1, name: 'hx1k', title: 'Lattice iCE40HX1K TQ144', pins: 95, ...ice('hx1k', 'tq144', 'hx') },
  lp1k: { ...K1, name: 'lp1k', title: 'Lattice iCE40LP1K QN84', pins: 67, ...ice('lp1k', 'qn84', 'lp') },
  hx8k: { ...K8, name: 'hx8k', title: 'Lattice iCE40HX8K CT256', pins: 206, ...ice('hx8k', 'ct256', 'hx') },
  lp8k: { ...K8, name: 'lp8k', title: 'Lattice iCE40LP8K CM225', pins: 178, ...ice('lp8k', 'cm225', 'lp') },
  up5k: {
    ...ICE40,
    name: 'up5k',
    title: 'Lattice iCE40UP5K SG48',
    luts: 5280,
    registers: 5280,
    blockRams: 30,
    spram: 4,
    dsps: 8,
    pins: 39,
    ...ice('up5k', 'sg48', 'u'),
  },
  'ecp5-25k': {
    ...ECP5,
    name: 'ecp5-25k',
    title: 'Lattice ECP5 LFE5U-25F CABGA381',
    luts: 24288,
    registers: 24288,
    blockRams: 56,
    dsps: 28,
    pins: 197,
    nextpnrSwitch: '25k',
    packageName: 'CABGA381',
  },
  'ecp5-45k': {
    ...ECP5,
    name: 'ecp5-45k',
    title: 'Lattice ECP5 LFE5U-45F CABGA381',
    luts: 43848,
    registers: 43848,
    blockRams: 108,
    dsps: 72,
    pins: 203,
    nextpnrSwitch: '45k',
    packageName: 'CABGA381',
  },
  'ecp5-85k': {
    ...ECP5,
    name: 'ecp5-85k',
    title: 'Lattice ECP5 LFE5U-85F CABGA756',
    luts: 83640,
    registers: 83640,
    blockRams: 208,
    dsps: 156,
    pins: 365,
    nextpnrSwitch: '85k',
    packageName: 'CABGA756',
  },
};

function ice(
  nextpnrSwitch: string,
  packageName: string,
  synthDevice: string,
): { readonly nextpnrSwitch: string; readonly packageName: string; readonly synthDevice: string } {
  return { nextpnrSwitch, packageName, synthDevice };
}

export const DEVICES: readonly Device[] = Object.values(TABLE);
export const DEVICE_NAMES: readonly string[] = DEVICES.map(({ name }) => name);

/** The device of that name. Throws `UnknownDevice`, with the nearest known name when one is near. */
export function findDevice(name: string): Device {
  const device = DEVICES.find((candidate) => candidate.name === name.toLowerCase());
  if (device !== undefined) return device;
  throw new UnknownDevice(name, DEVICE_NAMES, nearestName(name.toLowerCase(), DEVICE_NAMES));
}

/** The known word with the smallest edit distance, if at most half of the word's letters differ. */
export function nearestName(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  ranked.sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, word.length / 2) ? best.candidate : undefined;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(from).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(to).entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
