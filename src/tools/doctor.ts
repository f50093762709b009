import { lookForTool, type FindOptions, type FoundTool, type Rejected, type ToolOrigin } from './find.js';
import { TOOL_NAMES, TOOLS, type ToolName } from './known-tools.js';

/** One line of `nomul doctor`. */
export interface DoctorEntry {
  readonly tool: ToolName;
  /** What cannot be done without it. */
  readonly purpose: string;
  readonly found?: FoundTool;
  /** Places that were looked at and passed over, with the reason. */
  readonly rejected: readonly Rejected[];
  readonly minimumNative: string;
  /** The command that installs it. */
  readonly install: string;
}

/** Looks for every known tool; never throws for a missing one. */
export async function doctor(options: FindOptions = {}): Promise<readonly DoctorEntry[]> {
  const entries: DoctorEntry[] = [];
  for (const name of TOOL_NAMES) {
    const spec = TOOLS[name];
    const { found, rejected } = await lookForTool(name, options);
    const { purpose, minimumNative, install } = spec;
    entries.push({
      tool: name,
      purpose,
      rejected,
      minimumNative,
      install,
      ...(found === undefined ? {} : { found }),
    });
  }
  return entries;
}

/** A tool as reports record it. */
export interface ToolVersion {
  readonly tool: ToolName;
  readonly origin: ToolOrigin;
  readonly version: string;
}

/** The part of a found tool that reports record: no paths of this machine. */
export function toolVersion({ name, origin, version }: FoundTool): ToolVersion {
  return { tool: name, origin, version };
}

/** Versions of every tool that is there, for reports. */
export async function toolVersions(options: FindOptions = {}): Promise<readonly ToolVersion[]> {
  return (await doctor(options)).flatMap(({ found }) => (found === undefined ? [] : [toolVersion(found)]));
}
