/** How Ctrl-C ends a re-training method. */
import { QuantError } from '../errors.js';
import type { MethodContext } from '../method.js';

/** What is thrown when Ctrl-C ended a method. */
export const stopped = ({ checkpoints }: MethodContext, method: string, phase: string): QuantError =>
  new QuantError(
    'QT207',
    checkpoints === undefined
      ? `${method} was stopped at "${phase}"; nothing is kept. With a folder of checkpoints it could go on later.`
      : `${method} was stopped at "${phase}". The same call goes on from the checkpoints in ${checkpoints}.`,
  );

/** @throws QuantError QT207 when the signal is aborted */
export function stopWhenAsked(context: MethodContext, method: string, phase: string): void {
  if (context.signal?.aborted === true) throw stopped(context, method, phase);
}
