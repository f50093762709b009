/** The numbers that designs are compared by, under one name each in budgets, tables and plots. */
import type { SweepPoint } from './schema.js';

export interface Measure {
  /** As a reader sees it. */
  readonly title: string;
  readonly unit: string;
  /** Which way is better. */
  readonly better: 'more' | 'less';
}

export const measures = {
  accuracy: { title: 'accuracy', unit: '', better: 'more' },
  luts: { title: 'LUTs', unit: '', better: 'less' },
  registers: { title: 'registers', unit: '', better: 'less' },
  blockRams: { title: 'block RAMs', unit: '', better: 'less' },
  dsps: { title: 'DSPs', unit: '', better: 'less' },
  fmaxMHz: { title: 'fmax', unit: 'MHz', better: 'more' },
  latencyCycles: { title: 'latency', unit: 'cycles', better: 'less' },
  initiationInterval: { title: 'initiation interval', unit: 'cycles', better: 'less' },
  inferencesPerSecond: { title: 'inferences', unit: '1/s', better: 'more' },
  multiplications: { title: 'multiplications', unit: '', better: 'less' },
  operationEnergyPj: { title: 'energy by published operations', unit: 'pJ', better: 'less' },
  gateEnergyPj: { title: 'gate-level energy of the PEs', unit: 'pJ', better: 'less' },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;

/** null: not measured. */
export type Measured = Readonly<Record<MeasureName, number | null>>;

/** An object with one entry per measure. */
export function forEachMeasure<T>(value: (name: MeasureName) => T): Readonly<Record<MeasureName, T>> {
  return {
    accuracy: value('accuracy'),
    luts: value('luts'),
    registers: value('registers'),
    blockRams: value('blockRams'),
    dsps: value('dsps'),
    fmaxMHz: value('fmaxMHz'),
    latencyCycles: value('latencyCycles'),
    initiationInterval: value('initiationInterval'),
    inferencesPerSecond: value('inferencesPerSecond'),
    multiplications: value('multiplications'),
    operationEnergyPj: value('operationEnergyPj'),
    gateEnergyPj: value('gateEnergyPj'),
  };
}

export const measureNames: readonly MeasureName[] = Object.values(forEachMeasure((name) => name));

export function measuredOf(point: SweepPoint): Measured {
  const { synthesized, placed, cycles } = point;
  return {
    accuracy: point.accuracy?.after ?? null,
    luts: synthesized?.luts ?? null,
    registers: synthesized?.registers ?? null,
    blockRams: synthesized?.blockRams ?? null,
    dsps: synthesized?.dsps ?? null,
    fmaxMHz: placed?.fmaxMHz ?? null,
    latencyCycles: cycles?.latency ?? null,
    initiationInterval: cycles?.initiationInterval ?? null,
    inferencesPerSecond: point.inferencesPerSecond,
    multiplications: point.multiplications,
    operationEnergyPj: point.operationEnergyPj,
    gateEnergyPj: point.gateEnergyPj,
  };
}
