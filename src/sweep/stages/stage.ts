/** A step from a model to a placed design: what it depends on, and how it is computed. */

import type { JsonObject } from '../canonical.js';
import type { Job } from '../queue/queue.js';
import type { Point } from '../spec/points.js';
import type { Blobs } from '../store/blobs.js';

/** A result too: this network cannot be had on this device, with these PEs. */
export interface Infeasible {
  readonly kind: 'infeasible';
  readonly reason: string;
}

export type Outcome = { readonly kind: 'done'; readonly outputs: JsonObject } | Infeasible;

/** Outputs of the stages before, by stage: all `done`. */
export type Outputs = Readonly<Record<string, JsonObject>>;

export interface StageRequest {
  readonly inputs: JsonObject;
  readonly context: JsonObject;
}

export interface StageRun {
  readonly blobs: Blobs;
  /** An empty folder of its own, removed afterwards. */
  readonly work: string;
  /** A folder that an earlier try of this very job may have left something in; kept until the result is stored. */
  readonly checkpoints: string;
  /** Aborted when the stage has taken too long; what does not end soon after is killed. */
  readonly signal: AbortSignal;
}

export type ToolLimit = 'synthesisMinutes' | 'placeMinutes' | 'activityMinutes';

export interface Stage {
  /** Lower-case letters. */
  readonly name: string;
  /** To be increased when the stage computes something else from the same inputs. */
  readonly version: number;
  /** Stages whose outputs `request` needs. */
  readonly after: readonly string[];
  /** What it may take where `limits.stageMinutes` says nothing; default 120. */
  readonly minutes?: number;
  /** Tools that it runs beside that: which limit each run has, and how many there are. */
  readonly tools?: { readonly limit: ToolLimit; readonly runs: number };
  /** undefined: this point has no need of the stage. */
  request(point: Point, outputs: Outputs): StageRequest | undefined;
  /** @throws the errors of flow, synth and tools */
  run(job: Job, run: StageRun): Promise<Outcome>;
}

/** In the order in which results depend on each other. */
export type StageRegistry = readonly Stage[];
