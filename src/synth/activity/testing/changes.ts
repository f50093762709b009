/** What the counters of a mapped design say, cycle by cycle, for tests that know it beforehand. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { emitVerilog, type Design } from '../../../hdl/index.js';
import { runVerilator, sourceOf, type StimulusColumns, type VerilogSource } from '../../../sim/index.js';
import { findDevice, type Device } from '../../devices.js';
import { netlistSimulationFiles } from '../../netlist-simulation.js';
import { synthesize } from '../../synthesize.js';
import { instrumentedNetlist, type InstrumentedNetlist } from '../index.js';

export interface CountedChanges {
  /** By kind of cell: how many there are. */
  readonly cells: Readonly<Record<string, number>>;
  /** By kind of cell, at [c]: the changes of its cells' outputs from cycle c - 1 to cycle c. */
  readonly changes: Readonly<Record<string, readonly number[]>>;
  /** By output port, at [c]: its value in cycle c. */
  readonly values: Readonly<Record<string, readonly bigint[]>>;
}

/** Maps the design for the part and runs its netlist with counters. */
export async function countedChanges(
  design: Design,
  deviceName: string,
  cycles: number,
  stimulus: StimulusColumns,
): Promise<CountedChanges> {
  const device = findDevice(deviceName);
  const mapped = await synthesize({
    verilogFiles: emitVerilog(design).files,
    top: design.name,
    device,
    tools: { force: 'npm' },
  });
  const netlist = instrumentedNetlist(mapped.netlistJson, design.name);
  const { values } = await runVerilator(sourceWith(design, device, netlist), cycles, stimulus, {
    favour: 'build',
  });
  return {
    cells: Object.fromEntries(netlist.counters.map(({ kind, cells }) => [kind, cells])),
    changes: Object.fromEntries(
      netlist.counters.map(({ kind, port }) => [kind, differences(values[port] ?? [])]),
    ),
    values,
  };
}

function sourceWith(design: Design, device: Device, { text, counters }: InstrumentedNetlist): VerilogSource {
  const plain = sourceOf(design);
  const models = netlistSimulationFiles(device).map((path) => ({
    name: basename(path),
    text: readFileSync(path, 'utf8'),
  }));
  const ports = counters.map(({ port, width }) => ({
    ...{ name: port, direction: 'out' as const },
    type: { signed: false, width },
  }));
  return {
    ...plain,
    files: [{ name: 'netlist.v', text }, ...models],
    ports: [...plain.ports, ...ports],
    ...(device.family === 'ice40' ? { defines: { NO_ICE40_DEFAULT_ASSIGNMENTS: '' } } : {}),
  };
}

/** A counter shows in cycle c + 1 what has changed up to cycle c. */
const differences = (counts: readonly bigint[]): readonly number[] =>
  counts.slice(1).map((count, cycle) => Number(count - (counts[cycle] ?? 0n)));
