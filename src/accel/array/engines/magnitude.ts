/** Approximate products of which the circuit is known: it multiplies magnitudes, and negative weights complement what it gives. */

import { z } from 'zod';
import type { ConvLayer, IntegerNetwork } from '../../../nn/index.js';
import { signedMagnitude, signMagnitudeProduct, tensorOf } from '../../../nn/index.js';
import { productTable, signMagnitudeDot, type ApproxKind } from '../../../units/index.js';
import { AccelError } from '../../errors.js';
import type { CodedWeights, Engine, EngineUnit } from './engine.js';
import { fromStoredKind, storedKindSchema } from './stored-kind.js';

/** A multiplier of activation codes (unsigned) and magnitudes of weights, and all that it gives. */
export interface MagnitudeCircuit {
  readonly kind: ApproxKind;
  readonly actBits: number;
  readonly magnitudeBits: number;
  /** Entry act * 2^magnitudeBits + magnitude. */
  readonly products: readonly number[];
}

const circuitSchema = z.object({ magnitude: storedKindSchema });

/**
 * What the layer's product says computes its table; undefined: it says nothing, or activations have a sign.
 * @throws AccelError ACC001 for a circuit that does not compute the table
 */
export const circuitOf = (network: IntegerNetwork, layer: ConvLayer): MagnitudeCircuit | undefined => {
  if (layer.product === 'exact' || layer.product.circuit === undefined) return undefined;
  const { bits: actBits, signed } = tensorOf(network, layer.input, `layer ${layer.name}`);
  if (signed) return undefined;
  const parsed = circuitSchema.safeParse(layer.product.circuit);
  if (!parsed.success)
    throw new AccelError(
      'ACC001',
      `layer ${layer.name}: the circuit of its products is none that is known (${z.prettifyError(parsed.error).replaceAll('\n', ' ')}); quantize the model again`,
    );
  const kind = fromStoredKind(parsed.data.magnitude);
  const magnitudeBits = layer.weightBits - 1;
  const products = productTable({ aWidth: actBits, bWidth: magnitudeBits, ...kind });
  const circuit = { kind, actBits, magnitudeBits, products };
  requireTable(layer, layer.product.table, circuit);
  return circuit;
};

/** @throws AccelError ACC001 */
const requireTable = (
  layer: ConvLayer,
  table: readonly number[],
  { actBits, magnitudeBits, products }: MagnitudeCircuit,
): void => {
  const columns = 2 ** layer.weightBits;
  for (let act = 0; act < 2 ** actBits; act++)
    for (let weight = -columns / 2; weight < columns / 2; weight++) {
      const stored = table[act * columns + ((weight + columns) % columns)];
      const given = signMagnitudeProduct(products, magnitudeBits, act, weight);
      if (stored === given) continue;
      throw new AccelError(
        'ACC001',
        `layer ${layer.name}: the circuit of its products gives ${given} for ${act} times ${weight}, its table ${stored ?? 'nothing'}; quantize the model again`,
      );
    }
};

export interface MagnitudeEngineParams extends Pick<Engine, 'name' | 'operands' | 'products'> {
  readonly circuit: MagnitudeCircuit;
}

/** Weight code: magnitude, sign, and where `needsGate` a bit that says that there is a weight. */
export const magnitudeEngine = ({ name, operands, products, circuit }: MagnitudeEngineParams): Engine => {
  const gated = needsGate(circuit);
  const greatest = circuit.products.reduce((most, product) => Math.max(most, product), 0);
  return {
    ...{ name, kind: 'table', operands, products },
    codeWidth: circuit.magnitudeBits + 1 + (gated ? 1 : 0),
    encode: (layer) => codedWeights(layer, circuit, gated),
    greatestTerm: () => BigInt(greatest) + 1n,
    unit: magnitudeUnit(circuit, products, gated),
  };
};

/** Some circuits give something for magnitude 0 that depends on the activation. */
const needsGate = ({ products, actBits, magnitudeBits }: MagnitudeCircuit): boolean =>
  Array.from({ length: 2 ** actBits }, (_, act) => act).some(
    (act) => products[act * 2 ** magnitudeBits] !== 0,
  );

const codedWeights = (layer: ConvLayer, circuit: MagnitudeCircuit, gated: boolean): CodedWeights => {
  const { actBits, magnitudeBits, products } = circuit;
  const idle = gated ? (products[0] ?? 0) : 0;
  const acts = Array.from({ length: 2 ** actBits }, (_, act) => act);
  const coded = Array.from(layer.weights, (weight) => {
    if (weight === 0) return { code: 0, lo: idle, hi: idle, missing: -idle + 0 };
    const { magnitude, negative } = signedMagnitude(weight, magnitudeBits);
    const sign = negative ? 2 ** magnitudeBits : 0;
    const present = gated ? 2 ** (magnitudeBits + 1) : 0;
    const given = acts.map((act) => products[act * 2 ** magnitudeBits + magnitude] ?? 0);
    const [least, most] = [Math.min(...given), Math.max(...given)];
    const range = negative ? { lo: -most - 1, hi: -least - 1 } : { lo: least, hi: most };
    return { code: magnitude + sign + present, ...range, missing: negative ? 1 : 0 };
  });
  return {
    planes: [coded.map(({ code }) => code)],
    lo: coded.map(({ lo }) => lo),
    hi: coded.map(({ hi }) => hi),
    missing: coded.map(({ missing }) => missing),
    idle,
  };
};

const magnitudeUnit = (
  { kind, actBits, magnitudeBits }: MagnitudeCircuit,
  products: number,
  gated: boolean,
): EngineUnit => {
  const { component, latencyCycles } = signMagnitudeDot({
    ...{ products, actWidth: actBits, magnitudeWidth: magnitudeBits, multiplier: kind },
  });
  return {
    latencyCycles,
    weightLeadCycles: 0,
    column: (instance, act, codes) =>
      component(instance, {
        act: act.map((value, index) => {
          const code = value.wrap(actBits).asUint();
          return gated ? (codes[index]?.bit(magnitudeBits + 1).mux(code, 0) ?? code) : code;
        }),
        magnitude: codes.map((code) => code.bits(magnitudeBits - 1, 0)),
        negative: codes.map((code) => code.bit(magnitudeBits)),
      }).sum,
  };
};
