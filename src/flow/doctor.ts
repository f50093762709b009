/** Which tools are there, and whether the main job runs. */

import { doctor as inspect, type ToolName } from '../tools/index.js';
import type { DoctorOptions, DoctorResult, FlowHooks } from './options.js';

/** Without these no iCE40 part can be built. */
const required: readonly ToolName[] = ['yosys', 'nextpnr-ice40', 'icepack'];

export const doctor = async (options: DoctorOptions, hooks: FlowHooks): Promise<DoctorResult> => {
  const entries = await inspect({
    ...(options.tools === undefined ? {} : { force: options.tools }),
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
  });
  const missing = entries
    .filter(({ tool, found }) => required.includes(tool) && found === undefined)
    .map(({ tool }) => tool);
  return { entries, missing };
};
