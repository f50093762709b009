/** SB_PLL40_CORE: the phase-locked loop of iCE40, simple feedback, one output. */
import { bit, component, external, type ClockDomain } from '../hdl/index.js';
import { requireInteger, requireMHz } from './errors.js';
import { lockModel, type LockOptions } from './lock.js';

export interface Pll40Settings {
  readonly referenceMHz: number;
  /** Reference divider less one, 0 to 15. */
  readonly divr: number;
  /** Feedback divider less one, 0 to 127. */
  readonly divf: number;
  /** Output divider as a power of two, 1 to 6. */
  readonly divq: number;
}
interface Pll40Options extends Pll40Settings, LockOptions {
  /** The domain whose clock the output is. */
  readonly drives: ClockDomain;
}

const CELL = 'SB_PLL40_CORE';

/** The output frequency: reference / (divr + 1) * (divf + 1) / 2^divq. @throws CellSettingError outside the limits that icepll checks. */
export const sbPll40MHz = (settings: Pll40Settings): number => {
  const { referenceMHz, divr, divf, divq } = settings;
  requireInteger(CELL, 'divr', divr, 0, 15);
  requireInteger(CELL, 'divf', divf, 0, 127);
  requireInteger(CELL, 'divq', divq, 1, 6);
  requireMHz(CELL, 'the reference frequency', referenceMHz, 10, 133);
  const vco = requireMHz(CELL, 'the VCO frequency', phaseDetectorMHz(settings) * (divf + 1), 533, 1066);
  return requireMHz(CELL, 'the output frequency', vco / 2 ** divq, 16, 275);
};

const phaseDetectorMHz = ({ referenceMHz, divr }: Pll40Settings): number =>
  requireMHz(CELL, 'the phase detector frequency', referenceMHz / (divr + 1), 10, 133);

/** Upper frequencies of the phase detector for filter ranges 1 to 5; above the last it is 6. */
const FILTER_MHZ = [17, 26, 44, 66, 101];
const filterRange = (mhz: number): number => 1 + FILTER_MHZ.filter((limit) => mhz >= limit).length;

/**
 * The instance's domain is the reference. The clock itself is not simulated: `clock` is 0 there, and the other domains are
 * clocked by the simulation. `clock` belongs into a port of the top, never into logic. @throws CellSettingError
 */
export const sbPll40Core = (options: Pll40Options) => {
  const { divr, divf, divq, drives, lockCycles = 16 } = options;
  sbPll40MHz(options);
  requireInteger(CELL, 'lockCycles', lockCycles, 1, 2 ** 20);
  const name = `sb_pll40_r${divr}_f${divf}_q${divq}_${drives.name}`;
  const pins = { in: { RESETB: bit, BYPASS: bit }, out: { PLLOUTGLOBAL: drives.port(bit), LOCK: bit } };
  const cell = external(CELL, {
    ...pins,
    clockPort: 'REFERENCECLK',
    parameters: {
      FEEDBACK_PATH: '"SIMPLE"',
      DIVR: `4'd${divr}`,
      DIVF: `7'd${divf}`,
      DIVQ: `3'd${divq}`,
      FILTER_RANGE: `3'd${filterRange(phaseDetectorMHz(options))}`,
    },
    model: lockModel({ clock: 'PLLOUTGLOBAL', reset: 'RESETB', active: 0n }, lockCycles),
  });
  return component(
    name,
    { in: { reset: bit }, out: { clock: drives.port(bit), locked: bit } },
    ({ reset }) => {
      const { PLLOUTGLOBAL, LOCK } = cell('pll', { RESETB: reset.not(), BYPASS: 0 });
      return { clock: PLLOUTGLOBAL, locked: LOCK };
    },
  );
};
