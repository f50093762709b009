/** How Ctrl-C ends a re-training method. */
import { QuantError } from '../errors.js';
import type { MethodContext } from '../method.js';

type Stoppable = Pick<MethodContext, 'checkpoints' | 'signal'>;

/** What is thrown when Ctrl-C ended a method. */
export const stopped = ({ checkpoints }: Stoppable, method: string, phase: string): QuantError =>
  new QuantError(
    'QT207',
    checkpoints === undefined
      ? `${method} was stopped at "${phase}"; nothing is kept. With a folder of checkpoints it could go on later.`
      : `${method} was stopped at "${phase}". The same call goes on from the checkpoints in ${checkpoints}, of which every re-training writes one.`,
  );

/** @throws QuantError QT207 when the signal is aborted */
export function stopWhenAsked(context: Stoppable, method: string, phase: string): void {
  if (context.signal?.aborted === true) throw stopped(context, method, phase);
}
