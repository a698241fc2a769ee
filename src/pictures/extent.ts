/**
 * Smallest and largest value, for a scale: never equal, positive if the values are, and widened around values that differ
 * by rounding only. [0, 1] for no values or only zeros.
 */
export function extent(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 1e-6 * size) return [low, high];
  return size === 0 ? [0, 1] : [low - size / 2, low + size / 2];
}
