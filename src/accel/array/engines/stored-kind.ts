/** Kinds of approximate multipliers as JSON: how catalogues keep them, and how a model's file says what computes its products. */

import { z } from 'zod';
import { netlistFromText, netlistText, type ApproxKind } from '../../../units/index.js';

const count = z.int().nonnegative();
const compensation = z.union([z.literal('mean'), z.int()]).exactOptional();

/** Netlists as text. No tables, which are data of their own, and no products of halves. */
export const storedKindSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exact') }),
  z.strictObject({ kind: z.literal('truncated'), columns: count, compensation }),
  z.strictObject({ kind: z.literal('brokenArray'), vertical: count, horizontal: count, compensation }),
  z.strictObject({
    ...{ kind: z.literal('droppedProducts'), dropped: z.array(z.tuple([count, count])), compensation },
  }),
  z.strictObject({
    ...{ kind: z.literal('operandTrimmed'), aDropped: count, bDropped: count },
    fill: z.enum(['zero', 'half']).exactOptional(),
  }),
  z.strictObject({
    ...{ kind: z.literal('logarithmic'), fractionBits: count.exactOptional() },
    correction: z.enum(['none', 'minimallyBiased']).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('iterativeLogarithmic'), terms: count }),
  z.strictObject({ kind: z.literal('dynamicRange'), bits: count }),
  z.strictObject({ kind: z.literal('text'), netlist: z.string() }),
]);

export type StoredKind = z.output<typeof storedKindSchema>;

/** undefined: a kind that is not kept so. */
export const toStoredKind = (kind: ApproxKind): StoredKind | undefined => {
  if (kind.kind === 'netlist') return { kind: 'text', netlist: netlistText(kind.netlist) };
  const parsed = storedKindSchema.safeParse(kind);
  return parsed.success ? parsed.data : undefined;
};

/** @throws UnitParameterError for text that is no netlist */
export const fromStoredKind = (kind: StoredKind): ApproxKind =>
  kind.kind === 'text' ? { kind: 'netlist', netlist: netlistFromText(kind.netlist) } : kind;
