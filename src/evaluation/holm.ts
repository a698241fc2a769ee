/**
 * Holm's correction of p-values for testing several hypotheses at once: the chance of one false finding or more stays
 * below the level, whatever the hypotheses have to do with each other.
 *
 *   p~_(i) = max_{j <= i} min(1, (m - j + 1) p_(j)),   p_(1) <= … <= p_(m)
 *
 * @returns corrected p-values in the order of `values`, to be compared with the level itself.
 * @see Holm 1979, A simple sequentially rejective multiple test procedure - https://www.jstor.org/stable/4615733
 */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const corrected = new Array<number>(values.length);
  let least = 0;
  for (const [rank, at] of order.entries()) {
    least = Math.max(least, Math.min(1, (values.length - rank) * (values[at] as number)));
    corrected[at] = least;
  }
  return corrected;
}
