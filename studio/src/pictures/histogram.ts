/** How many numbers fall into each of equally wide bins between two ends; those beyond are in the outermost. */
export function histogram(numbers: ArrayLike<number>, from: number, to: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < numbers.length; i++) {
    const share = ((numbers[i] as number) - from) / (to - from);
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(share * bins)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Mean, and the variance about it. */
export function moments(numbers: Float32Array): { readonly mean: number; readonly variance: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
  return { mean, variance };
}
