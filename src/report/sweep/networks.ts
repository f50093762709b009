/** Networks behind points: what tells them apart where names and settings do not. */
import type { SweepPoint } from './schema.js';

/**
 * The points, which agree in all but the seed, by network: of another accuracy, other counts or other formats is another one.
 * Seeds that failed before anything was known of their network belong to the only one there is.
 */
export const byNetwork = (points: readonly SweepPoint[]): readonly (readonly SweepPoint[])[] => {
  const isKnown = ({ accuracy, macs, layers }: SweepPoint): boolean =>
    accuracy !== null || macs !== null || layers.length > 0;
  const networks = grouped(points.filter(isKnown), networkKey);
  if (networks.length <= 1) return [points];
  const unknown = points.filter((point) => !isKnown(point));
  return unknown.length === 0 ? networks : [...networks, unknown];
};

/** Groups of equal keys, in the order in which they come first. */
export const grouped = <Item>(
  items: readonly Item[],
  key: (item: Item) => string,
): readonly (readonly Item[])[] => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
};

/** Of what a network is, nothing of what it became on a part: cycles and cells may differ for the same network. */
const networkKey = ({ accuracy, multiplications, bitsPerWeight, macs, layers }: SweepPoint): string =>
  JSON.stringify([
    accuracy === null ? null : [accuracy.before, accuracy.after, accuracy.pictures],
    multiplications,
    bitsPerWeight,
    macs,
    layers.map((layer) => [
      layer.name,
      layer.kind,
      layer.format,
      layer.weightBits,
      layer.activationBits,
      layer.macs,
    ]),
  ]);
