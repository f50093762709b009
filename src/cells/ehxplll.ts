/** EHXPLLL: the phase-locked loop of ECP5 with its primary output, fed back from there. */
import { bit, component, external, type ClockDomain } from '../hdl/index.js';
import { requireInteger, requireMHz } from './errors.js';
import { lockModel, type LockOptions } from './lock.js';

export interface EhxpllLSettings {
  readonly referenceMHz: number;
  /** Dividers of the reference, of the feedback and of the oscillator, 1 to 128 each. */
  readonly clkiDiv: number;
  readonly clkfbDiv: number;
  readonly clkopDiv: number;
}
interface EhxpllLOptions extends EhxpllLSettings, LockOptions {
  /** The domain whose clock the output is. */
  readonly drives: ClockDomain;
}

const CELL = 'EHXPLLL';

/** The output frequency: reference / clkiDiv * clkfbDiv. @throws CellSettingError outside the limits that ecppll checks. */
export const ehxpllLMHz = ({ referenceMHz, clkiDiv, clkfbDiv, clkopDiv }: EhxpllLSettings): number => {
  requireInteger(CELL, 'clkiDiv', clkiDiv, 1, 128);
  requireInteger(CELL, 'clkfbDiv', clkfbDiv, 1, 128);
  requireInteger(CELL, 'clkopDiv', clkopDiv, 1, 128);
  requireMHz(CELL, 'the reference frequency', referenceMHz, 8, 400);
  const detector = requireMHz(CELL, 'the phase detector frequency', referenceMHz / clkiDiv, 3.125, 400);
  const output = requireMHz(CELL, 'the output frequency', detector * clkfbDiv, 10, 400);
  requireMHz(CELL, 'the VCO frequency', output * clkopDiv, 400, 800);
  return output;
};

/**
 * The instance's domain is the reference. The clock itself is not simulated: `clock` is 0 there, and the other domains are
 * clocked by the simulation. `clock` belongs into a port of the top, never into logic. @throws CellSettingError
 */
export const ehxpllL = (options: EhxpllLOptions) => {
  const { referenceMHz, clkiDiv, clkfbDiv, clkopDiv, drives, lockCycles = 16 } = options;
  const outputMHz = ehxpllLMHz(options);
  requireInteger(CELL, 'lockCycles', lockCycles, 1, 2 ** 20);
  const name = `ehxplll_i${clkiDiv}_fb${clkfbDiv}_op${clkopDiv}_${drives.name}`;
  const pins = {
    in: {
      ...{ RST: bit, STDBY: bit, CLKFB: drives.port(bit), PLLWAKESYNC: bit, ENCLKOP: bit },
      ...{ PHASESEL0: bit, PHASESEL1: bit, PHASEDIR: bit, PHASESTEP: bit, PHASELOADREG: bit },
    },
    out: { CLKOP: drives.port(bit), LOCK: bit },
  };
  const cell = external(CELL, {
    ...pins,
    clockPort: 'CLKI',
    // nextpnr takes 0 for what is missing here: the charge pump and the filter, as Project Trellis' ecppll sets them.
    attributes: {
      ...{ FREQUENCY_PIN_CLKI: String(referenceMHz), FREQUENCY_PIN_CLKOP: String(outputMHz) },
      ...{ ICP_CURRENT: '12', LPF_RESISTOR: '8', MFG_ENABLE_FILTEROPAMP: '1', MFG_GMCREF_SEL: '2' },
    },
    parameters: {
      ...{ CLKI_DIV: clkiDiv, CLKFB_DIV: clkfbDiv, CLKOP_DIV: clkopDiv, CLKOP_CPHASE: clkopDiv - 1 },
      ...{ CLKOP_FPHASE: 0, CLKOP_ENABLE: '"ENABLED"', FEEDBK_PATH: '"CLKOP"', PLLRST_ENA: '"ENABLED"' },
      ...{ OUTDIVIDER_MUXA: '"DIVA"', INTFB_WAKE: '"DISABLED"', STDBY_ENABLE: '"DISABLED"' },
      DPHASE_SOURCE: '"DISABLED"',
    },
    model: lockModel({ clock: 'CLKOP', reset: 'RST', active: 1n }, lockCycles),
  });
  return component(
    name,
    { in: { reset: bit }, out: { clock: drives.port(bit), locked: bit } },
    ({ reset }, m) => {
      const { feedback } = m.wires({ feedback: bit });
      const { CLKOP, LOCK } = cell('pll', {
        ...{ RST: reset, STDBY: 0, CLKFB: feedback, PLLWAKESYNC: 0, ENCLKOP: 0 },
        ...{ PHASESEL0: 0, PHASESEL1: 0, PHASEDIR: 1, PHASESTEP: 1, PHASELOADREG: 1 },
      });
      feedback.value = CLKOP;
      return { clock: CLKOP, locked: LOCK };
    },
  );
};
