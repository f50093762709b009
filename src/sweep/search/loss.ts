/** What an integer network loses against the float network, by the same pictures, and how sure that is. */

export interface Loss {
  /** Share of the pictures; negative: it gains. */
  readonly share: number;
  readonly standardError: number;
}

/**
 * Of pictures that both networks have seen: only those that one knows and the other does not tell them apart (McNemar), so the
 * difference is known better than either accuracy.
 * @throws RangeError for no pictures, or for more of one network's
 */
export const lossOf = (float: readonly boolean[], integer: readonly boolean[]): Loss => {
  const pictures = float.length;
  if (pictures === 0 || integer.length !== pictures)
    throw new RangeError(`${pictures} and ${integer.length} pictures are compared`);
  const lost = float.filter((known, i) => known && integer[i] === false).length;
  const gained = float.filter((known, i) => !known && integer[i] === true).length;
  const share = (lost - gained) / pictures;
  return { share, standardError: Math.sqrt(((lost + gained) / pictures - share ** 2) / pictures) };
};

/** Whether the loss and `margin` of its standard errors stay within `maxLoss` points. */
export const isWithin = (
  { share, standardError }: Loss,
  { maxLoss, margin }: { readonly maxLoss: number; readonly margin: number },
): boolean => share + margin * standardError <= maxLoss / 100;
