/** Who starts workers: this machine; clusters and CI elsewhere. */
export { noLauncher, type Launcher } from './launcher.js';
export { localLauncher, type LocalOptions } from './local.js';
export { shardMatrix, shardOf } from './shards.js';
