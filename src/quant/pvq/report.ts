/** What a quantized layer is, in numbers, for the report. */
import type { QuantizedModel, WeightGrid } from '../model/index.js';
import type { PvqLayer } from './config.js';
import { scaleGroups, type Grouping, type LayerShape } from './quantize.js';
import { entropyPerValue, runBits, vectorStorage } from './storage.js';

export interface LayerFigures {
  /** Weights and pulses of one vector that shares a scale. */
  readonly length: number;
  readonly pulses: number;
  readonly vectors: number;
  /** Pulse-serial or as a tree: K - 1 per result of one vector (papers.md 4.3). */
  readonly additionsPerVector: number;
  /** log2 of the number of possible vectors, per weight. */
  readonly bitsPerWeight: number;
  /** With every index rounded up to whole bits. */
  readonly indexBits: number;
  readonly runBits: number;
  /** Bits per weight when weights are coded one by one. */
  readonly entropy: number;
  readonly nonZero: number;
  readonly greatest: number;
}

const layerFigures = (grid: WeightGrid, shape: LayerShape, grouping: Grouping): LayerFigures => {
  const { codes } = grid;
  const vectors = scaleGroups(grouping, shape);
  const length = codes.length / vectors;
  const pulses = codes.reduce(
    (most, _, i) => Math.max(most, i % length === 0 ? sum(codes, i, length) : 0),
    0,
  );
  const stored = storedVectors(codes, shape, grouping);
  const storage = stored.map(vectorStorage);
  const dealt = grouping === 'channel' && !shape.depthwise ? vectors * dealBits(pulses, shape.inChannels) : 0;
  const total = (of: (entry: (typeof storage)[number]) => number): number =>
    storage.reduce((all, entry) => all + of(entry), 0);
  return {
    length,
    pulses,
    vectors,
    additionsPerVector: Math.max(0, pulses - 1),
    bitsPerWeight: (total(({ exactBits }) => exactBits) + dealt) / codes.length,
    indexBits: total(({ indexBits }) => indexBits) + Math.ceil(dealt),
    runBits: runBits(stored),
    entropy: entropyPerValue(codes),
    nonZero: codes.filter((code) => code !== 0).length / codes.length,
    greatest: codes.reduce((most, code) => Math.max(most, Math.abs(code)), 0),
  };
};

const sum = (codes: Int16Array, start: number, length: number): number =>
  codes.subarray(start, start + length).reduce((all, code) => all + Math.abs(code), 0);

/** The vectors that get a number each. */
const storedVectors = (
  codes: Int16Array,
  shape: LayerShape,
  grouping: Grouping,
): readonly (readonly number[])[] => {
  const vectors = scaleGroups(grouping, shape);
  const length = codes.length / vectors;
  const whole = Array.from({ length: vectors }, (_, i) => [...codes.subarray(i * length, (i + 1) * length)]);
  if (grouping !== 'channel' || shape.depthwise) return whole;
  const { inChannels } = shape;
  return whole.flatMap((vector) =>
    Array.from({ length: inChannels }, (_, channel) => vector.filter((_, i) => i % inChannels === channel)),
  );
};

/** log2 of the ways to deal K pulses to so many windows, C(K + windows - 1, K). */
const dealBits = (pulses: number, windows: number): number => {
  let bits = 0;
  for (let i = 1; i < windows; i++) bits += Math.log2((pulses + i) / i);
  return bits;
};

export interface PvqFigures {
  readonly layers: Readonly<Record<string, LayerFigures>>;
  /** Of the layers on pyramids. */
  readonly bitsPerWeight: number;
  /** Of all weights, kept layers at their width. */
  readonly bitsPerWeightOverall: number;
}

export const pvqFigures = (quantized: QuantizedModel, pvq: readonly PvqLayer[]): PvqFigures => {
  const layers = Object.fromEntries(
    pvq.flatMap(({ node, options }) => {
      const grid = quantized.weights[node.name];
      return grid === undefined ? [] : [[node.name, layerFigures(grid, node, options.grouping)] as const];
    }),
  );
  const all = Object.entries(quantized.weights).map(([name, grid]) => ({
    count: grid.codes.length,
    bits: grid.codes.length * (layers[name]?.bitsPerWeight ?? grid.bits),
    pvq: Object.hasOwn(layers, name),
  }));
  const mean = (entries: typeof all): number =>
    entries.reduce((bits, entry) => bits + entry.bits, 0) /
    entries.reduce((count, entry) => count + entry.count, 0);
  return { layers, bitsPerWeight: mean(all.filter(({ pvq }) => pvq)), bitsPerWeightOverall: mean(all) };
};
