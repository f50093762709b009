/**
 * Signs of life in a folder that several machines share: every process counts up in a file of its own, and whose count stands
 * still for long enough by the observer's own steady clock is lost. No clock of the day is read, so none can jump.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning, makeFolder, namesIn, writing } from '../store/files.js';
import { machineId } from '../store/machine.js';

const beatSchema = z.object({ count: z.number(), machine: z.string(), pid: z.number() });

/** What was last seen of another process's count, and when by our own steady clock. */
interface Seen {
  readonly count: number;
  readonly at: number;
}

export class Beats {
  private readonly machine = machineId();
  private readonly seen = new Map<string, Seen>();
  private count = 0;
  private beatenAt = -Infinity;

  /** `name`: ours, [\w-]+. `staleMs`: a count that stands still for so long is that of a lost process. */
  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly staleMs: number,
  ) {
    makeFolder(folder);
  }

  /** Counts up, unless it has done so within `restMs`. @throws SweepError FOLDER_NOT_WRITABLE */
  beat(restMs = 0): void {
    const now = performance.now();
    if (now - this.beatenAt < restMs) return;
    this.beatenAt = now;
    this.count++;
    const temporary = join(this.folder, `.tmp-${this.name}`);
    writing(this.folder, () => {
      writeFileSync(
        temporary,
        JSON.stringify({ count: this.count, machine: this.machine, pid: process.pid }),
      );
      renameSync(temporary, this.path(this.name));
    });
  }

  /** To be asked again and again: a process of another machine is lost once its count has stood still while we looked. */
  isLost(name: string): boolean {
    const now = performance.now();
    const beat = this.read(name);
    const count = beat?.count ?? -1;
    const before = this.seen.get(name);
    if (before?.count !== count) this.seen.set(name, { count, at: now });
    if (beat?.machine === this.machine && !isRunning(beat.pid)) return true;
    return before?.count === count && now - before.at > this.staleMs;
  }

  /** Whether somebody else is not known to be lost. The files of those who are go. */
  hasCompany(): boolean {
    const others = namesIn(this.folder)
      .flatMap((file) => /^([\w-]+)\.json$/.exec(file)?.[1] ?? [])
      .filter((name) => name !== this.name);
    const lost = others.filter((name) => this.isLost(name));
    for (const name of lost) rmSync(this.path(name), { force: true });
    return lost.length < others.length;
  }

  end(): void {
    rmSync(this.path(this.name), { force: true });
  }

  private path(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  private read(name: string): z.output<typeof beatSchema> | undefined {
    try {
      return beatSchema.safeParse(JSON.parse(readFileSync(this.path(name), 'utf8'))).data;
    } catch {
      return undefined;
    }
  }
}
