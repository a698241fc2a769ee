export interface ScheduleConfig {
  readonly schedule: "constant" | "noam" | "inverse-sqrt" | "cosine" | "plateau";
  /** The peak rate; for "noam" the factor in front of the formula. */
  readonly learningRate: number;
  /** Steps over which the rate rises from 0. */
  readonly warmup: number;
  /** Length of the run in steps, for "cosine". */
  readonly totalSteps: number;
  /** For "noam". */
  readonly dModel: number;
}

/**
 * The learning rate at a step, counted from 1.
 *
 * - constant:      rate, after warming up
 * - noam:          rate · d_model^-0.5 · min(step^-0.5, step · warmup^-1.5)   (Vaswani et al. 2017, Eq. 3)
 * - inverse-sqrt:  rate · sqrt(warmup / step), after warming up
 * - cosine:        rate · (1 + cos(π · progress)) / 2, after warming up (Loshchilov & Hutter 2017)
 * - plateau:       rate · `reduction`, after warming up; the trainer halves `reduction` when validation stops improving
 *
 * @param clock  Share of the minutes that training may take which are over, 0 to 1: a cosine that is further on by the clock
 *   than by its steps follows the clock, and so ends when training does. Default 0.
 */
export function learningRate(config: ScheduleConfig, step: number, reduction = 1, clock = 0): number {
  const { schedule, learningRate: rate, warmup, totalSteps, dModel } = config;
  if (schedule === "noam") {
    return rate * dModel ** -0.5 * Math.min(step ** -0.5, step * Math.max(warmup, 1) ** -1.5);
  }
  if (step < warmup) return (rate * step) / warmup;
  switch (schedule) {
    case "constant":
      return rate;
    case "inverse-sqrt":
      return rate * Math.sqrt(Math.max(warmup, 1) / step);
    case "cosine": {
      const progress = Math.min(1, Math.max(clock, (step - warmup) / Math.max(1, totalSteps - warmup)));
      return (rate * (1 + Math.cos(Math.PI * progress))) / 2;
    }
    case "plateau":
      return rate * reduction;
  }
}
