/** Which tools a sweep uses: their versions are part of what a result depends on. */

import { z } from 'zod';
import { findTool, TOOL_NAMES, type FindOptions, type ToolName } from '../../tools/index.js';
import { findDevice } from '../../synth/index.js';
import type { PointDevice } from '../spec/points.js';
import type { Sweep } from '../spec/sweep.js';

/** `native 0.23` by tool. */
export type ToolTexts = Readonly<Partial<Record<ToolName, string>>>;

/** The tools of one device: of synthesis, of place and route. */
export const toolsOf = (
  device: PointDevice,
): { readonly synthesis: ToolName; readonly place: readonly ToolName[] } => ({
  synthesis: 'yosys',
  place: findDevice(device).family === 'ice40' ? ['nextpnr-ice40', 'icepack'] : ['nextpnr-ecp5', 'ecppack'],
});

export const findOptions = (tools: string | null): FindOptions => (tools === null ? {} : { force: tools });

/** What counts changes of a mapped netlist. */
export const activityTool: ToolName = 'verilator';

/** @throws ToolMissing */
export const findSweepTools = ({
  devices,
  tools,
  measuresActivity,
}: Pick<Sweep, 'devices' | 'tools' | 'measuresActivity'>): Promise<ToolTexts> =>
  findTools(
    [
      ...devices.flatMap((device) => [toolsOf(device).synthesis, ...toolsOf(device).place]),
      ...(measuresActivity ? [activityTool] : []),
    ],
    tools,
  );

const findTools = async (names: readonly ToolName[], tools: string | null): Promise<ToolTexts> => {
  const texts: Partial<Record<ToolName, string>> = {};
  for (const name of [...new Set(names)].sort()) {
    const { origin, version } = await findTool(name, findOptions(tools));
    texts[name] = `${origin} ${version}`;
  }
  return texts;
};

/** A worker whose tools are others than those the sweep was planned with. */
export class OtherTools extends Error {
  override readonly name = 'OtherTools';
  readonly code = 'OTHER_TOOLS';
  readonly exitCode = 3;
  constructor(planned: string, here: string) {
    super(`the sweep was planned with ${planned}, this worker has ${here}; install the same versions`);
  }
}

/** What a job was planned with, out of its inputs. */
export const plannedTools = z.record(z.string(), z.string());

/** @throws OtherTools; ToolMissing */
export const requireTools = async (
  planned: Readonly<Record<string, string>>,
  tools: string | null,
): Promise<void> => {
  const names = TOOL_NAMES.filter((name) => planned[name] !== undefined);
  const here: Readonly<Record<string, string>> = await findTools(names, tools);
  for (const [name, text] of Object.entries(planned)) {
    const found = here[name];
    if (found !== text) throw new OtherTools(`${name} ${text}`, `${name} ${found ?? '(none)'}`);
  }
};
