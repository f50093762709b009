/** Who starts workers: this machine; clusters and CI elsewhere. */
export { noLauncher, type Launcher } from './launcher.js';
export { localLauncher, type LocalOptions } from './local.js';
export { slurmLauncher, type SlurmOptions } from './slurm.js';
export { k8sManifest, type ManifestOptions } from './k8s.js';
export { chooseLauncher, launcherNames, type LauncherName, type LauncherRequest } from './choose.js';
export { shardMatrix, shardOf } from './shards.js';
