/** Factorization with quantized factors (arXiv 2308.04595), then recalibration or fine-tuning. */
import { setImmediate } from 'node:timers/promises';
import { requireConvNodes } from '../calibrate/index.js';
import { QuantError } from '../errors.js';
import type { Method, MethodContext } from '../method.js';
import { convNodes, quantizationPoints, verifyModel, type FloatModel } from '../model/index.js';
import {
  byName,
  parseConfig,
  stopWhenAsked,
  uniformQuantizer,
  withSession,
  type QuantizationPlan,
} from '../qat/index.js';
import { bopModel, macsByLayer, ranksWithin, totalBops, type BopModel } from './budget.js';
import { factorizeConfigSchema, type FactorizeConfig, type FactorizeSettings } from './config.js';
import { factorizeLayer, type FactorBits, type FactorizedLayer } from './layer.js';
import { checkRank, chosenLayers, rankOf, type FactorizableLayer } from './layers.js';
import { withFactors, type FactorizedModel } from './model.js';
import { gridQuantizer } from './grid-quantizer.js';

const method = 'Factorize';

/**
 * 0 epochs, as in the paper: factors by ADMM, statistics and activation grids anew. More: also fine-tuning of the factors,
 * the projection onto their fixed grids straight through.
 * @throws QuantError QT201, QT304 a bad configuration, QT301 a rank out of range, QT302 no layer to factorize, QT303 a budget
 * that no rank meets, QT305 nothing to recalibrate and no epochs, QT603 an unknown layer, QT100 data that does not fit, QT207
 * stopped
 */
export function factorize(config: FactorizeConfig = {}): Method {
  const settings = parseConfig(factorizeConfigSchema, config, method);
  checkConfig(settings);
  return async (context) => {
    verifyModel(context.model);
    checkRecalibration(context);
    const layers = chosenLayers(context.model, settings.exclude);
    checkRates(layers, settings);
    const bops = bopModel(context.model, layers, widthsOf(context, settings));
    const ranks = ranksOf(layers, settings, bops);
    for (const layer of layers) checkRank(layer, ranks[layer.node.name] ?? 0);
    const factored = withFactors(context.model, await factorizeAll(context, layers, ranks, settings));
    const plan = planOf(factored, settings);
    const options = { method, config: settings, plan };
    return withSession({ ...context, model: factored.model }, options, async (session) => {
      const phases = context.epochs > 0 ? [await session.retrain('fine-tuning', context.epochs)] : [];
      const quantized = await session.finish();
      const costs = costsOf(context.model, factored.model, totalBops(bops, ranks));
      return { quantized, details: { settings, layers: factored.layers.map(reportOf), costs, phases } };
    });
  };
}

function checkConfig({ bopBudget, layerRates }: FactorizeSettings): void {
  if (bopBudget === undefined || Object.keys(layerRates).length === 0) return;
  throw new QuantError('QT304', 'bopBudget and layerRates exclude each other. Remove one of the two.');
}

/** @throws QuantError QT305 */
function checkRecalibration({ model, epochs }: MethodContext): void {
  if (epochs > 0 || model.nodes.some(({ kind }) => kind === 'batchNorm')) return;
  throw new QuantError(
    'QT305',
    `network "${model.name}" has no batch normalization, whose statistics are what the factorization recalibrates when it ` +
      'does not train. Give epochs of fine-tuning, or export the network before its normalizations are folded.',
  );
}

/** @throws QuantError QT603 a rate for what is not factorized */
function checkRates(layers: readonly FactorizableLayer[], { layerRates }: FactorizeSettings): void {
  const names = layers.map(({ node }) => node.name);
  requireConvNodes(names, Object.keys(layerRates));
}

const factorBits = ({ bits, factorBits }: FactorizeSettings): FactorBits => ({
  in: factorBits.in ?? bits,
  depth: factorBits.depth ?? bits,
  out: factorBits.out ?? bits,
});

const widthsOf = ({ input }: MethodContext, settings: FactorizeSettings) => ({
  factors: factorBits(settings),
  whole: settings.wholeBits,
  activations: settings.activationBits,
  input: input.bits,
});

function ranksOf(
  layers: readonly FactorizableLayer[],
  { bopBudget, layerRates, rate }: FactorizeSettings,
  bops: BopModel,
): Readonly<Record<string, number>> {
  if (bopBudget !== undefined) return ranksWithin(bops, layers, bopBudget);
  return Object.fromEntries(
    layers.map(({ node, modes }) => [node.name, rankOf(modes, layerRates[node.name] ?? rate)]),
  );
}

/** One layer after the other, with a look at the signal and at waiting events in between. */
async function factorizeAll(
  context: MethodContext,
  layers: readonly FactorizableLayer[],
  ranks: Readonly<Record<string, number>>,
  settings: FactorizeSettings,
): Promise<readonly FactorizedLayer[]> {
  const started = performance.now();
  const done: FactorizedLayer[] = [];
  for (const layer of layers) {
    const phase = `factorization of ${layer.node.name}`;
    stopWhenAsked(context, method, phase);
    const options = { ...settings, bits: factorBits(settings), seed: context.seed };
    const factorized = factorizeLayer(layer, ranks[layer.node.name] ?? 1, options);
    done.push(factorized);
    const each = (performance.now() - started) / 1000 / done.length;
    context.progress?.({
      phase,
      epoch: 1,
      epochs: 1,
      step: done.length,
      steps: layers.length,
      loss: factorized.errors.admm,
      secondsLeft: each * (layers.length - done.length),
    });
    await setImmediate();
  }
  return done;
}

function planOf({ model, weights }: FactorizedModel, settings: FactorizeSettings): QuantizationPlan {
  const whole = { bits: settings.wholeBits, method: 'mse', perChannel: true } as const;
  const activations = { bits: settings.activationBits, method: settings.activationRange };
  return {
    weights: Object.fromEntries(
      convNodes(model).map((node) => {
        const grid = weights[node.name];
        return [node.name, grid === undefined ? uniformQuantizer(node, whole) : gridQuantizer(grid)];
      }),
    ),
    projected: true,
    activations: byName(quantizationPoints(model), () => activations),
  };
}

const reportOf = ({ layer, modes, rank, errors, iterations, stop }: FactorizedLayer) => ({
  layer,
  modes,
  rank,
  errors,
  iterations,
  stop,
});

/** Per picture. `percentOfFloat` as the authors count: against 32 x 32 bits. */
function costsOf(before: FloatModel, after: FloatModel, bops: number) {
  const macs = { before: totalMacs(before), after: totalMacs(after) };
  const weights = { before: totalWeights(before), after: totalWeights(after) };
  return { macs, weights, bops, percentOfFloat: (100 * bops) / (1024 * macs.before) };
}

const totalMacs = (model: FloatModel): number =>
  [...macsByLayer(model).values()].reduce((sum, macs) => sum + macs, 0);

const totalWeights = (model: FloatModel): number =>
  convNodes(model).reduce((sum, node) => sum + node.weights.length, 0);
