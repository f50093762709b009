/** External programs: found, versioned, run in child processes with limits, cached. */
export { cachedStage, contentHash, makeFolder, type StageOptions } from './cache.js';
export { doctor, toolVersion, toolVersions, type DoctorEntry, type ToolVersion } from './doctor.js';
export {
  FolderNotWritable,
  logTail,
  ToolCrashed,
  ToolError,
  ToolInterrupted,
  ToolMissing,
  ToolTimeout,
} from './errors.js';
export {
  findTool,
  lookForTool,
  type FindOptions,
  type FindResult,
  type FoundTool,
  type Rejected,
  type ToolOrigin,
} from './find.js';
export { compareVersions, TOOL_NAMES, TOOLS, type ToolName, type ToolSpec } from './known-tools.js';
export { cacheFolder, npmPackage, PACKAGE_ROOT, venvFolder } from './locations.js';
export { runProcess, type ProcessOptions } from './process.js';
export { runTool, type RunToolOptions } from './run-tool.js';
export { tailOf, type ProcessResult } from './supervise.js';
