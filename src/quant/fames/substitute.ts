/** Choices put into a network: product tables, and biases that take back the mean errors. */
import { QuantError } from '../errors.js';
import { convNamed, type FloatModel, type ProductTable, type QuantizedModel } from '../model/index.js';
import type { ApproxMultiplier } from './catalogue.js';
import type { LayerEstimate } from './estimate.js';
import type { TableNetwork } from './inference/table-network.js';
import { accumulatorScales } from './lower.js';
import { correctionOf } from './statistics.js';

/** Per layer the number of a candidate, or undefined: exact products. */
export type LayerChoices = readonly (number | undefined)[];

/** Makes the running network compute with these choices. */
export function substituteIn(
  running: TableNetwork,
  estimates: readonly LayerEstimate[],
  choices: LayerChoices,
  biasCorrection: boolean,
): void {
  estimates.forEach((estimate, i) => {
    const choice = choices[i];
    const multiplier = choice === undefined ? undefined : estimate.candidates[choice];
    if (choice === undefined || multiplier === undefined) running.substitute(estimate.layer.name, undefined);
    else {
      const bias = biasCorrection ? correctionOf(estimate.statistics, choice) : [];
      running.substitute(estimate.layer.name, { table: multiplier.table, bias });
    }
  });
}

/** The quantized model with these choices. */
export function withChoices(
  quantized: QuantizedModel,
  estimates: readonly LayerEstimate[],
  choices: LayerChoices,
  biasCorrection: boolean,
): QuantizedModel {
  const chosen = estimates.flatMap((estimate, i) => {
    const choice = choices[i];
    const multiplier = choice === undefined ? undefined : estimate.candidates[choice];
    return choice === undefined || multiplier === undefined ? [] : [{ estimate, choice, multiplier }];
  });
  const model = chosen.reduce((changed, { estimate, choice }) => {
    if (!biasCorrection) return changed;
    const { name } = estimate.layer;
    const scales = accumulatorScales(quantized, name);
    const steps = correctionOf(estimate.statistics, choice);
    return withBias(
      changed,
      name,
      steps.map((step, o) => step * (scales[o] ?? 0)),
    );
  }, quantized.model);
  const products = chosen.map(({ estimate, multiplier }): readonly [string, ProductTable] => [
    estimate.layer.name,
    productOf(multiplier),
  ]);
  return { ...quantized, model, products: { ...quantized.products, ...Object.fromEntries(products) } };
}

const productOf = ({ name, table }: ApproxMultiplier): ProductTable => ({ name, table });

/** Adds to a convolution's bias, which it then has. */
function withBias(model: FloatModel, conv: string, added: readonly number[]): FloatModel {
  const { bias } = convNamed(model, conv);
  if (added.some((value) => !Number.isFinite(value))) {
    throw new QuantError('QT503', `the bias correction of layer "${conv}" is not finite. Check its scales.`);
  }
  const corrected = Float32Array.from(added, (value, o) => value + (bias?.[o] ?? 0));
  const nodes = model.nodes.map((node) =>
    node.name === conv && node.kind === 'conv' ? { ...node, bias: corrected } : node,
  );
  return { ...model, nodes };
}
