/** The table of units: lookup tables of an engine's column and of what stands around the columns, by synthesis. */

import type { Engine } from '../../accel/index.js';
import { array, component, emitVerilog, sint, uint, type Design } from '../../hdl/index.js';
import { makeHardware, mapHardware, type PlannedHardware } from '../../flow/index.js';
import { synthesize, type Device } from '../../synth/index.js';
import type { FindOptions } from '../../tools/index.js';

export interface UnitTable {
  /** LUTs of one column of an engine, measured when first asked for. */
  column(engine: Engine, actWidth: number): Promise<number>;
  /** What was measured, for the report. */
  entries(): readonly UnitEntry[];
}

export interface UnitEntry {
  readonly unit: string;
  readonly luts: number;
}

export interface UnitTableOptions {
  readonly device: Device;
  /** Multipliers in DSP cells. */
  readonly dsp: boolean;
  readonly tools: FindOptions;
  readonly signal?: AbortSignal | undefined;
}

/** A column by itself with its sum as output. Wider than any sum: the copies of its sign cost nothing. */
const columnDesign = ({ name, products, codeWidth, unit }: Engine, actWidth: number): Design =>
  component(
    `column_${name}_n${products}_a${actWidth}_c${codeWidth}`,
    {
      in: { act: array(products, sint(actWidth)), code: array(products, uint(codeWidth)) },
      out: { sum: sint(48) },
    },
    ({ act, code }) => ({ sum: unit.column('column', act, code) }),
  ).design;

export const openUnitTable = (options: UnitTableOptions): UnitTable => {
  const measured = new Map<string, Promise<number>>();
  const known: UnitEntry[] = [];
  return {
    column: (engine, actWidth) => {
      const design = columnDesign(engine, actWidth);
      const running =
        measured.get(design.name) ??
        lutsOf(design, options).then((luts) => {
          known.push({ unit: design.name, luts });
          return luts;
        });
      measured.set(design.name, running);
      return running;
    },
    entries: () => known.toSorted((a, b) => (a.unit < b.unit ? -1 : 1)),
  };
};

const lutsOf = async (design: Design, { device, dsp, tools, signal }: UnitTableOptions): Promise<number> => {
  const { files } = emitVerilog(design);
  const { counts } = await synthesize({
    verilogFiles: files,
    top: design.name,
    device,
    options: { dsp },
    tools,
    ...(signal === undefined ? {} : { signal }),
  });
  return counts.luts;
};

/** LUTs of all columns of a planned network. */
export const columnLuts = async (
  { plan: { config } }: Pick<PlannedHardware, 'plan'>,
  units: UnitTable,
): Promise<number> => {
  let sum = 0;
  for (const engine of config.engines)
    sum += config.geometry.columns * (await units.column(engine, config.widths.operand));
  return sum;
};

/** A whole accelerator less its columns: memories, sequencer, requantizers, accumulators. */
export const measureRest = async (
  network: Parameters<typeof makeHardware>[0],
  options: Parameters<typeof makeHardware>[1],
  units: UnitTable,
  { tools, signal }: Pick<UnitTableOptions, 'tools' | 'signal'>,
): Promise<number> => {
  const hardware = makeHardware(network, options);
  const { counts } = await mapHardware(hardware, tools, signal === undefined ? {} : { signal });
  return counts.luts - (await columnLuts(hardware, units));
};
