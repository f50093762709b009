/** HDL025: whoever drives a stream's ready consumes it, so that wire's mistakes are the stream's. */
import { fail } from '../diagnostics.js';
import type { SourceLocation, WireNode } from '../ir.js';

const streamOf = ({ name }: WireNode): string => name.replace(/_ready$/, '');

export const consumedTwice = (ready: WireNode, locations: readonly (SourceLocation | undefined)[]): never =>
  fail(
    'HDL025',
    `the stream ${streamOf(ready)} is consumed twice`,
    "give each consumer a branch of its own: fork(m, 'name', stream, 2)",
    locations,
  );

export const neverConsumed = (ready: WireNode, componentName: string): never =>
  fail(
    'HDL025',
    `the stream ${streamOf(ready)} of ${componentName} is not consumed: nothing drives its ready`,
    'pass it on, or take and drop its beats: ready.value = 1',
    [ready.location],
  );
