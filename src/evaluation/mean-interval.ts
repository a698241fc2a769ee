import { heedError } from "../errors.ts";

/** The mean of a few measurements and its confidence interval. */
export interface MeanInterval {
  readonly mean: number;
  /** The confidence interval is mean ± half. Absent for a single measurement, whose spread is unknown. */
  readonly half?: number;
  readonly n: number;
  /** Share of such intervals that contain the true mean. */
  readonly confidence: number;
}

/**
 * Student's confidence interval for the mean of normally distributed measurements: mean ± t s / sqrt(n), with n - 1
 * degrees of freedom and s² = Σ (x - mean)² / (n - 1).
 *
 * @param values  At least one.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, n, confidence };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: studentQuantile(confidence, n - 1) * Math.sqrt(variance / n), n, confidence };
}

/**
 * The t such that a variable with Student's distribution lies between -t and t with probability `inside`.
 *
 * @throws ERR_USAGE when `inside` is not in [0, 1).
 */
export function studentQuantile(inside: number, degrees: number): number {
  if (!(inside >= 0 && inside < 1)) {
    throw heedError("ERR_USAGE", {
      where: "confidence",
      cause: `must be at least 0 and below 1, not ${inside}`,
    });
  }
  let low = 0;
  let high = 1;
  while (studentInside(high, degrees) < inside) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentInside(middle, degrees) < inside) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(|T| <= t) for a whole number of degrees of freedom: a finite sum of powers of cos θ, with tan θ = t / sqrt(degrees).
 *
 * @see Abramowitz & Stegun, 26.7.3 and 26.7.4
 */
function studentInside(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const square = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = isOdd ? 3 : 2; k <= degrees; k += 2) {
    sum += term;
    term *= (square * (k - 1)) / k;
  }
  const product = Math.sin(angle) * sum;
  return isOdd ? (2 / Math.PI) * (angle + product) : product;
}
