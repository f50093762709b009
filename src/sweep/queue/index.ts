/** Work that is done once: the interface, and its implementation without a server. */
export {
  lossesAllowed,
  triesAllowed,
  type Claim,
  type Job,
  type JobState,
  type Quarantined,
  type Queue,
  type QueueCounts,
} from './queue.js';
export { openQueue } from './open.js';
export { openBullmqQueue, type BullmqOptions } from './bullmq.js';
export { leaseDirectory, type LeaseOptions } from './lease-directory.js';
