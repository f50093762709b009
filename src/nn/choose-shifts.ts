/**
 * Every channel of every layer can be requantized at some set of shifts. Hardware shares one shifter, which spans the
 * least to the greatest shift of the network, so the narrowest window that serves every channel is chosen; among equally
 * narrow ones the lowest, whose multipliers are smallest.
 */
export interface ShiftWindow {
  readonly lo: number;
  readonly hi: number;
}

export function narrowestWindow(shiftSets: readonly (readonly number[])[]): ShiftWindow {
  const most = Math.max(0, ...shiftSets.flat());
  for (let width = 0; width <= most; width++) {
    for (let lo = 0; lo + width <= most; lo++) {
      const inside = (shift: number): boolean => shift >= lo && shift <= lo + width;
      if (shiftSets.every((set) => set.some(inside))) return { lo, hi: lo + width };
    }
  }
  return { lo: 0, hi: most };
}

/** The candidate with the smallest shift inside the window: the smallest multiplier. */
export function withinWindow<T extends { readonly shift: number }>(
  candidates: readonly T[],
  window: ShiftWindow,
): T | undefined {
  const inside = candidates.filter(({ shift }) => shift >= window.lo && shift <= window.hi);
  return inside.length === 0 ? undefined : inside.reduce((a, b) => (b.shift < a.shift ? b : a));
}
