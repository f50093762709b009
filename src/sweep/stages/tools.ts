/** Which tools a sweep uses: their versions are part of what a result depends on. */

import { findTool, type FindOptions, type ToolName } from '../../tools/index.js';
import { findDevice } from '../../synth/index.js';
import type { PointDevice } from '../spec/points.js';

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

/** @throws ToolMissing */
export const findSweepTools = async (
  devices: readonly PointDevice[],
  tools: string | null,
): Promise<ToolTexts> => {
  const names = new Set(devices.flatMap((device) => [toolsOf(device).synthesis, ...toolsOf(device).place]));
  const texts: Partial<Record<ToolName, string>> = {};
  for (const name of [...names].sort()) {
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

/** @throws OtherTools */
export const requireTools = async (
  planned: Readonly<Record<string, string>>,
  device: PointDevice,
  tools: string | null,
): Promise<void> => {
  const here = await findSweepTools([device], tools);
  for (const [name, text] of Object.entries(planned)) {
    const found = Object.entries(here).find(([tool]) => tool === name)?.[1];
    if (found !== text) throw new OtherTools(`${name} ${text}`, `${name} ${found ?? '(none)'}`);
  }
};
