/** Streams: a payload, `valid` beside it, and `ready` coming back. A beat moves in a cycle in which both are 1. */
import type { Signals } from '../bundles.js';
import type { UIntWire } from '../driven.js';
import type { ModuleBuilder } from '../module.js';
import type { UInt } from '../signal.js';
import { bit, type FlippedUInt, type Shape, type UIntType } from '../types.js';

/** The shape of a port that is a stream: `payload` and `valid` go with the port, `ready` against it. */
export const stream = <const T extends Shape>(payload: T): StreamShape<T> => ({
  payload,
  valid: bit,
  ready: { ...bit, flow: 'ready' },
});

// A type, not an interface: only types are records of shapes.
export type StreamShape<T extends Shape> = Readonly<{ payload: T; valid: UIntType; ready: FlippedUInt }>;

/**
 * A stream whose payload is the signals `P`. Its consumer drives `ready`, exactly once (HDL025). Its producer keeps the
 * protocol: once `valid` is 1, it and the payload hold until `ready` is 1 (`checkStream` watches that).
 */
export interface Stream<P extends Signals> {
  readonly payload: P;
  readonly valid: UInt;
  readonly ready: UIntWire;
}

/** A stream that the author produces; `NAME_ready` is the wire that its consumer drives. */
export const produce = <P extends Signals>(
  m: ModuleBuilder,
  name: string,
  beat: { readonly payload: P; readonly valid: UInt },
): Stream<P> => ({ ...beat, ready: m.flippedWire(`${name}_ready`, bit, 'ready') });

/** 1 in a cycle in which a beat moves. */
export const fires = ({ valid, ready }: Stream<Signals>): UInt => valid.and(ready);
