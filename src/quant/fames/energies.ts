/** What choices of multipliers cost. */
import { QuantError } from '../errors.js';
import type { Choices } from './catalogue.js';

/** Energy of products: their number per picture times that of one. */
export interface Energies {
  /** Per layer and option, of all products of one picture. */
  readonly options: readonly (readonly number[])[];
  /** Of the whole network with exact multipliers. */
  readonly exact: number;
}

export function energiesOf(
  layers: readonly { readonly products: number }[],
  choices: readonly Choices[],
): Energies {
  const options = choices.map(({ exact, approximate: others }, i) =>
    [exact, ...others].map(({ energy }) => energy * (layers[i]?.products ?? 0)),
  );
  return { options, exact: options.reduce((sum, [exact = 0]) => sum + exact, 0) };
}

/** @throws QuantError QT502, in the unit of the configuration */
export function checkBudget({ options, exact }: Energies, energyBudget: number): void {
  const least = options.reduce((sum, energies) => sum + Math.min(...energies), 0);
  if (least <= energyBudget * exact) return;
  throw new QuantError(
    'QT502',
    `no choice of multipliers meets an energyBudget of ${energyBudget}; the least possible is ${roundedUp(least / exact)} of the exact ` +
      "multipliers' energy. Raise it, or give the catalogue cheaper multipliers.",
  );
}

/** To four digits, so that it is a budget that can be met. */
const roundedUp = (share: number): number => Math.ceil(share * 1e4) / 1e4;
