/** Product tables of which the circuit is known, in the place of those that a drawn network has. */

import { tensorOf, type ConvLayer, type IntegerNetwork, type Product } from '../../../src/nn/index.js';
import type { Random } from '../../../src/num/index.js';
import { signMagnitudeTable } from '../../../src/quant/index.js';
import { fromStoredKind, type StoredKind } from '../../../src/accel/index.js';
import { productTable } from '../../../src/units/index.js';

export const circuitKinds: readonly StoredKind[] = [
  { kind: 'exact' },
  // Something for magnitude 0, whatever the activation.
  { kind: 'truncated', columns: 2, compensation: 'mean' },
  // Something that depends on the activation.
  { kind: 'operandTrimmed', aDropped: 0, bDropped: 1, fill: 'half' },
  { kind: 'brokenArray', vertical: 2, horizontal: 1 },
  { kind: 'logarithmic' },
];

/** For unsigned activations and weights of so many bits. */
export const circuitProduct = (stored: StoredKind, actBits: number, weightBits: number): Product => {
  const magnitudeBits = weightBits - 1;
  const magnitudes = productTable({
    ...{ aWidth: actBits, bWidth: magnitudeBits },
    ...fromStoredKind(stored),
  });
  const table = signMagnitudeTable({ actBits, actSigned: false, weightBits }, magnitudes, magnitudeBits);
  const hash = `${JSON.stringify(stored)} ${actBits} ${weightBits}`;
  return { table, hash, circuit: { magnitude: stored } };
};

/** The layers get products as `choose` says, where their activations are unsigned and their weights have 3 bits or more. */
export const withCircuits = (
  network: IntegerNetwork,
  choose: (layer: ConvLayer, index: number) => StoredKind | undefined,
): IntegerNetwork => ({
  ...network,
  layers: network.layers.map((layer, index) => {
    if (layer.kind !== 'conv' || layer.weightBits < 3) return layer;
    const { bits, signed } = tensorOf(network, layer.input, layer.name);
    const kind = signed ? undefined : choose(layer, index);
    return kind === undefined ? layer : { ...layer, product: circuitProduct(kind, bits, layer.weightBits) };
  }),
});

/** Most tables of a drawn network become circuits' tables. */
export const withDrawnCircuits = (network: IntegerNetwork, random: Random): IntegerNetwork =>
  withCircuits(network, ({ product }) =>
    product === 'exact' || random.chance(0.2)
      ? undefined
      : circuitKinds[random.integer(0, circuitKinds.length - 1)],
  );
