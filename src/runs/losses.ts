/** Losses when a checkpoint was saved: null for one that was not finite, left out while there is none. */
export interface Losses {
  /** Of the last update. */
  readonly training?: number | null;
  /** Of the last validation. */
  readonly validation?: number | null;
  /** The lowest of all. */
  readonly lowest?: number;
}

/** Losses with one more of a kind. */
export function withLoss(losses: Losses, kind: "training" | "validation", loss: number): Losses {
  if (!Number.isFinite(loss)) return { ...losses, [kind]: null };
  return { ...losses, [kind]: loss, lowest: Math.min(loss, losses.lowest ?? Infinity) };
}

/** Whether losses are numbers and not far above the lowest: no more than twice that and one nat. */
export function areHealthy({ training, validation, lowest = Infinity }: Losses): boolean {
  const isHealthy = (loss: number | null | undefined): boolean =>
    loss === undefined || (loss !== null && loss <= 2 * lowest + 1);
  return isHealthy(training) && isHealthy(validation);
}
