/** The vector of a stream of runs, an element per cycle. */

import { bit, component, sint, uint } from '../../hdl/index.js';
import { signedWidth, unsignedWidth, type Pyramid } from '../../num/index.js';
import { requireInteger } from '../errors.js';

/** Elements and pulses of the vectors, 1 to 65536 each. */
export type PvqRunDecoderParams = Pyramid;

/**
 * Takes runs (`zeros` elements that are 0, then `value`, which is not) where `run_valid` and `run_ready` are 1, and gives the
 * elements of one vector after the other, each with `element_valid`. A vector has N elements; once its K pulses have come the
 * rest is 0, so runs need no end mark. An element comes the cycle after its run was offered. @throws UnitParameterError
 */
export const pvqRunDecoder = ({ length, pulses }: PvqRunDecoderParams) => {
  requireInteger('pvqRunDecoder', 'length', length, 1, 65_536);
  requireInteger('pvqRunDecoder', 'pulses', pulses, 1, 65_536);
  const elementWidth = signedWidth({ lo: BigInt(-pulses), hi: BigInt(pulses) });
  const placeWidth = unsignedWidth(BigInt(length - 1));
  const unit = component(
    `pvq_run_decoder_n${length}_k${pulses}`,
    {
      in: { runValid: bit, zeros: uint(placeWidth), value: sint(elementWidth) },
      out: { runReady: bit, element: sint(elementWidth), elementValid: bit },
      parameters: { length, pulses },
    },
    ({ runValid, zeros, value }, m) => {
      const { place, skipped } = m.regs({ place: uint(placeWidth), skipped: uint(placeWidth) });
      const { left } = m.regs({ left: uint(unsignedWidth(BigInt(pulses))) }, { reset: pulses });
      const complete = left.eq(0);
      const atValue = skipped.eq(zeros);
      const runReady = runValid.and(complete.not()).and(atValue);
      const elementValid = complete.or(runValid);
      const last = place.eq(length - 1);
      const magnitude = value.lt(0).mux(value.neg(), value).asUint();
      const after = left.sub(magnitude);
      m.label({ complete, atValue, last, magnitude, after });
      m.assert(runReady.not().or(after.ge(0)), 'a vector has more pulses than it should');
      m.assert(runReady.not().or(value.ne(0)), 'the value of a run is 0');
      m.assert(
        elementValid
          .and(last)
          .not()
          .or(complete)
          .or(runReady.and(after.eq(0))),
        'a vector has too few pulses',
      );

      m.when(elementValid, () => {
        m.when(last, () => {
          place.next = 0;
          left.next = pulses;
        }).otherwise(() => {
          place.next = place.add(1).wrap(placeWidth);
          m.when(runReady, () => {
            left.next = after.asUint().wrap(left.width);
          });
        });
        m.when(complete.or(atValue), () => {
          skipped.next = 0;
        }).otherwise(() => {
          skipped.next = skipped.add(1).wrap(placeWidth);
        });
      });
      return {
        runReady,
        element: m.pipe('element_q', runReady.mux(value, 0)),
        elementValid: m.pipe('element_valid_q', elementValid, { reset: 0 }),
      };
    },
  );
  return { component: unit, latencyCycles: 1, elementWidth };
};
