/** Energy of a PE in the gates of a library, on given operands. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Design } from '../../hdl/index.js';
import {
  checkGates,
  costOfMapping,
  type Energy,
  type EnergyOptions,
  type GateMapping,
  type Library,
} from '../../synth/index.js';
import { cachedStage, contentHash } from '../../tools/index.js';
import { macLatency, type MappedLayer } from './layer.js';
import type { OperandStream } from './stream.js';

/** One PE in gates. */
export interface MeasuredMac {
  /** In um2. */
  readonly area: number;
  /** In fJ per operation. */
  readonly energy: Energy;
  /** The same where no operand changes: the clock, and leakage. */
  readonly idle: Energy;
}

/** A PE to measure: its Design, the gates it was mapped to, and what is applied to it. */
export interface MacRun {
  readonly mapped: MappedLayer;
  readonly design: Design;
  readonly mapping: GateMapping;
  readonly stream: OperandStream;
}

const fj = z.number();
const energySchema = z.object({ switching: fj, inputs: fj, internal: fj, leakage: fj, total: fj });
const measuredSchema = z.object({ area: z.number(), energy: energySchema, idle: energySchema });

/** Operations on which every output of the gates is compared with the Design's, at most. */
const CHECKED = 256;
/** Nothing changes, so a few say it all. */
const IDLE_OPERATIONS = 16;

/** From the cache where the same gates were measured on the same operands before. @throws NetlistDiffers, UnusableNetlist */
export async function measureMac(
  run: MacRun,
  library: Library,
  conditions: Required<EnergyOptions>,
  cache: string | undefined,
): Promise<MeasuredMac> {
  const key = contentHash({
    stage: '3',
    gates: gatesText(run.mapping),
    library: cellsText(run.mapping, library),
    conditions: JSON.stringify(conditions),
    ports: JSON.stringify(run.design.ports.map(({ name, type }) => [name, type.width])),
    ...Object.fromEntries(
      Object.entries(run.stream).map(([name, values]) => [`values ${name}`, new Uint8Array(values.buffer)]),
    ),
  });
  const { folder } = await cachedStage(
    { stage: 'energy', key, ...(cache === undefined ? {} : { cache }) },
    (work) => {
      writeFileSync(join(work, RESULT), JSON.stringify(measure(run, library, conditions)));
      return Promise.resolve();
    },
  );
  return measuredSchema.parse(JSON.parse(readFileSync(join(folder, RESULT), 'utf8')));
}

const RESULT = 'energy.json';

function measure(
  { mapped, design, mapping, stream }: MacRun,
  library: Library,
  conditions: Required<EnergyOptions>,
): MeasuredMac {
  const ports = new Set(design.ports.map(({ name }) => name));
  const stimulus = Object.fromEntries(Object.entries(stream).filter(([name]) => ports.has(name)));
  const head = Object.fromEntries(
    Object.entries(stimulus).map(([name, values]) => [name, values.subarray(0, CHECKED)]),
  );
  checkGates(mapping.netlist, design, head, macLatency(mapped));
  const { area, energy } = costOfMapping(mapping, { library, stimulus, ...conditions });
  const still = Object.fromEntries(
    Object.keys(stimulus).map((name) => [name, new Int32Array(IDLE_OPERATIONS)]),
  );
  const { energy: idle } = costOfMapping(mapping, { library, stimulus: still, ...conditions });
  return { area, energy, idle };
}

const gatesText = ({ netlist }: GateMapping): string =>
  JSON.stringify([
    netlist.inputs,
    netlist.outputs,
    netlist.gates.map(({ name, cell, connections }) => [name, cell.name, [...connections]]),
  ]);

/** What the file says of the cells in use. */
const cellsText = ({ netlist }: GateMapping, { voltage }: Library): string =>
  JSON.stringify([voltage, [...new Map(netlist.gates.map(({ cell }) => [cell.name, cell])).values()]]);
