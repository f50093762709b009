/** Serial dot products with integer weights. A "PE" is a tap here: the published filter machine has 127 taps in 110 LUT6. */
import type { Design } from '../../../src/hdl/index.js';
import { createRandom, pyramidSize, pyramidVector } from '../../../src/num/index.js';
import { pvqBitLayer, pvqPulse } from '../../../src/units/index.js';
import type { ArraySize, FamilyEntries, Ours, Target } from '../candidate.js';

const taps: ArraySize = { rows: 128, columns: 1 };
const arithmetics = { 8: 'bit layers, 8-bit coefficients', 16: 'bit layers, 16-bit coefficients' } as const;
const pulses = 'pulse-serial, 16 rows of P(64, 32)';

/** The harness reads one file: memories hold their contents in the Verilog. Nothing else changes. */
const inOneFile = (design: Design): Design => ({
  ...design,
  memories: design.memories.map((memory) => ({ ...memory, initStyle: 'inline' as const })),
});

/** ECP5: distributed RAM would need a tree of multiplexers behind it. */
const flagsOf = (target: Target): Pick<Ours, 'flags'> =>
  target === 'ecp5' ? { flags: ['-nolutram -nowidelut'] } : {};

/** Reloadable, with room for the code and the sums of any usual set of coefficients, uniform ones at power-up. */
const bitLayer = (bits: 8 | 16, target: Target): Ours => ({
  ...{ arithmetic: arithmetics[bits], design: 'pvqBitLayer', target, size: taps, ...flagsOf(target) },
  build: () => {
    const random = createRandom(5);
    const weights = Array.from({ length: 128 }, () =>
      random.integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
    );
    const reload = { codeWords: bits === 8 ? 512 : 1024, resultWidth: 8 + bits + 7 };
    return inOneFile(pvqBitLayer({ name: 'bit_layer', weights, sampleWidth: 8, reload }).component.design);
  },
});

const pulse = (target: Target): Ours => ({
  ...{ arithmetic: pulses, design: 'pvqPulse', target, size: { rows: 64, columns: 1 }, ...flagsOf(target) },
  build: () => {
    const random = createRandom(5);
    const pyramid = { length: 64, pulses: 32 };
    const rows = Array.from({ length: 16 }, () => {
      const number = Array.from({ length: 8 }, () => BigInt(random.uint32()));
      return pyramidVector(
        number.reduce((a, b) => (a << 32n) | b) % pyramidSize(pyramid),
        pyramid,
        'fischer',
      );
    });
    return inOneFile(pvqPulse({ name: 'pulse', rows, pulses: 32, sampleWidth: 8 }).component.design);
  },
});

const targets: readonly Target[] = ['ice40', 'ecp5'];
export const pvq: FamilyEntries = {
  ours: targets.flatMap((target) => [bitLayer(8, target), bitLayer(16, target), pulse(target)]),
  baselines: [],
  bars: ([8, 16] as const).map((bits) => ({
    ...{ arithmetic: arithmetics[bits], target: 'ice40', size: taps, lutsPerPe: 160 / 128 },
  })),
};
