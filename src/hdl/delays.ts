/** Delay lines: `m.delay` and `m.align`. Signals that are delayed twice share their registers. */

import { mapSignals, type Signals } from './bundles.js';
import type { PipeOptions } from './driven-types.js';
import { describe, fail } from './diagnostics.js';
import type { Node } from './ir.js';
import type { Latencies } from './latency.js';
import type { SInt, UInt } from './signal.js';

export interface DelayOptions extends Pick<PipeOptions, 'enable'> {
  readonly reset?: number | bigint;
}

/** What delay lines need of the component. */
interface Host {
  readonly latencies: Latencies;
  readonly domains: { readonly name: string | undefined };
  freeName(wanted: string): string;
  /** `signal` one cycle later, whatever branch is open. */
  stage(name: string, signal: UInt | SInt, options: DelayOptions): UInt | SInt;
}

interface Line {
  readonly name: string;
  readonly cycles: number;
}

export class Delays {
  private readonly next = new Map<string, UInt | SInt>();
  private readonly lines = new Map<Node, Line>();

  constructor(private readonly host: Host) {}

  delay(signals: Signals, cycles: number, options: DelayOptions): Signals {
    if (!Number.isInteger(cycles) || cycles < 0)
      fail('HDL014', `a delay is an integer of at least 0 cycles, not ${cycles}`, 'delay the others instead');
    return mapSignals(signals, '', (name, signal) => this.later(signal, name, cycles, options));
  }

  align(signals: Signals, options: DelayOptions): Signals {
    let latest = 0;
    mapSignals(signals, '', (_, signal) => {
      const latency = this.host.latencies.of(signal.node);
      if (typeof latency === 'number') latest = Math.max(latest, latency);
      return signal;
    });
    return mapSignals(signals, '', (name, signal) => {
      const latency = this.host.latencies.of(signal.node);
      return typeof latency === 'number' ? this.later(signal, name, latest - latency, options) : signal;
    });
  }

  private later(signal: UInt | SInt, key: string, cycles: number, options: DelayOptions): UInt | SInt {
    let current = signal;
    // A constant differs from itself delayed only in reset.
    const isSame = ({ node }: UInt | SInt): boolean =>
      node.kind === 'const' && (options.reset === undefined || BigInt(options.reset) === node.value);
    for (let cycle = 0; cycle < cycles && !isSame(current); cycle++)
      current = this.stage(current, key, options);
    return current;
  }

  /** Registers are named after the signal, else its key in the bundle: `product_d1`, `product_d2`. */
  private stage(signal: UInt | SInt, key: string, options: DelayOptions): UInt | SInt {
    const domain = this.host.domains.name ?? '';
    const which = `${signal.node.id} ${domain} ${options.enable?.node.id ?? ''} ${options.reset ?? ''}`;
    const known = this.next.get(which);
    if (known !== undefined) return known;
    const line = this.lines.get(signal.node) ?? {
      name: signal.node.name ?? (key === '' ? 'value' : key),
      cycles: 0,
    };
    const made = { name: line.name, cycles: line.cycles + 1 };
    const register = this.host.stage(this.host.freeName(`${made.name}_d${made.cycles}`), signal, options);
    this.lines.set(register.node, made);
    this.next.set(which, register);
    return register;
  }
}

/** @throws HDL028 when the latency is neither a whole number nor `timeless` */
export const checkedLatency = (signal: UInt | SInt, latency: number | 'timeless'): number | 'timeless' =>
  latency === 'timeless' || Number.isInteger(latency)
    ? latency
    : fail(
        'HDL028',
        `${describe(signal.node)} cannot have latency ${latency}`,
        "give whole cycles or 'timeless'",
      );
