/** What the multipliers of a catalogue cost in the gates of a library. */
import { costOfMapping, mapAllToGates, randomOperands, type GateMappingOptions } from '../../synth/index.js';
import { approxMultiplier } from '../../units/index.js';
import { paramsOf, type NamedMultiplier } from './multipliers.js';

export interface MeasuredMultiplier extends NamedMultiplier {
  /** In um2. */
  readonly area: number;
  /** In fJ per operation on uniform random operands, inputs and leakage included. */
  readonly energy: number;
}

const OPERATIONS = 2000;

/** Six digits: more than the library's own. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** One run of Yosys for all that is not cached. @throws the errors of src/synth and src/tools */
export async function measureMultipliers(
  multipliers: readonly NamedMultiplier[],
  options: GateMappingOptions,
): Promise<readonly MeasuredMultiplier[]> {
  const designs = multipliers.map((multiplier) => approxMultiplier(paramsOf(multiplier)).component.design);
  const mappings = await mapAllToGates(designs, options);
  return multipliers.flatMap((multiplier, index) => {
    const mapping = mappings[index];
    if (mapping === undefined) return [];
    const stimulus = randomOperands(
      { a: 2 ** multiplier.actBits, b: 2 ** multiplier.magnitudeBits },
      OPERATIONS,
    );
    const { area, energy } = costOfMapping(mapping, { library: options.library, stimulus });
    return [{ ...multiplier, area: rounded(area), energy: rounded(energy.total) }];
  });
}
