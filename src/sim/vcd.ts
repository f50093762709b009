/** Waves: a Value Change Dump (IEEE 1364-2005, section 18), streamed while the simulation runs. */

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import type { NamedCell } from './names.js';
import type { Simulation } from './simulation.js';

export interface VcdOptions {
  /** Hierarchical names; default: every named signal. */
  readonly signals?: readonly string[];
  /** Name of the outermost scope; default: the Design's. */
  readonly top?: string;
}

/** Characters of identifiers: all printable ones. */
const FIRST = 33;
const COUNT = 94;
const CHUNK = 1 << 16;

/**
 * Writes one sample per clock cycle; a cycle is 10 time units (1 ns each), the clock rises at its start.
 *
 * ```ts
 * const waves = new VcdWriter(sim, 'waves.vcd');
 * for (...) { sim.poke(...); await waves.sample(); sim.step(); }
 * await waves.close();
 * ```
 */
export class VcdWriter {
  private readonly out: Writable;
  private readonly cells: readonly NamedCell[];
  private readonly read: () => bigint[];
  private last: readonly bigint[] = [];
  private pending = '';

  /** @throws SimError unknown-name */
  constructor(
    private readonly sim: Simulation,
    target: string | Writable,
    options: VcdOptions = {},
  ) {
    const { cells, read } = sim.probe(options.signals);
    this.cells = cells;
    this.read = read;
    this.out = typeof target === 'string' ? createWriteStream(target) : target;
    this.header(options.top ?? sim.design.name);
  }

  /** Records the settled values of the current cycle. Waits only when the file is slower than the simulation. */
  async sample(): Promise<void> {
    const values = this.read();
    const lines: string[] = [`#${this.sim.cycle * 10}`];
    if (this.last.length === 0) lines.push('$dumpvars');
    values.forEach((value, i) => {
      if (this.last[i] === value) return;
      const cell = this.cells[i];
      if (cell !== undefined) lines.push(change(value, cell, i));
    });
    if (this.last.length === 0) lines.push('$end');
    if (lines.length > 1) this.pending += `${lines.join('\n')}\n`;
    this.last = values;
    if (this.pending.length >= CHUNK) await this.flush();
  }

  /** Writes the end of the last cycle and closes the file. */
  async close(): Promise<void> {
    this.pending += `#${(this.sim.cycle + 1) * 10}\n`;
    await this.flush();
    this.out.end();
    await finished(this.out);
  }

  private async flush(): Promise<void> {
    const text = this.pending;
    this.pending = '';
    if (!this.out.write(text)) await once(this.out, 'drain');
  }

  private header(top: string): void {
    const lines = ['$version nomul $end', '$timescale 1ns $end'];
    let open: readonly string[] = [];
    const enter = (scope: readonly string[]): void => {
      let common = 0;
      while (common < open.length && open[common] === scope[common]) common++;
      for (let i = open.length; i > common; i--) lines.push('$upscope $end');
      for (const name of scope.slice(common)) lines.push(`$scope module ${name} $end`);
      open = scope;
    };
    this.cells.forEach(({ scope, local, width }, i) => {
      enter([top, ...scope]);
      const range = width === 1 ? '' : ` [${width - 1}:0]`;
      lines.push(`$var wire ${width} ${identifier(i)} ${local}${range} $end`);
    });
    enter([]);
    lines.push('$enddefinitions $end');
    this.pending = `${lines.join('\n')}\n`;
  }
}

function identifier(index: number): string {
  let text = '';
  for (let rest = index; ; rest = Math.floor(rest / COUNT) - 1) {
    text += String.fromCharCode(FIRST + (rest % COUNT));
    if (rest < COUNT) return text;
  }
}

function change(value: bigint, { width }: NamedCell, index: number): string {
  const pattern = BigInt.asUintN(width, value).toString(2);
  return width === 1 ? `${pattern}${identifier(index)}` : `b${pattern} ${identifier(index)}`;
}
