/** Losses when a checkpoint was saved: null for one that was not finite, left out while there is none. */
export interface Losses {
  /** Of the first update: about that of a model that has learnt nothing. */
  readonly first?: number;
  /** Of the last update. */
  readonly training?: number | null;
  /** Of the last validation. */
  readonly validation?: number | null;
  /** The lowest of all validations. */
  readonly lowest?: number;
}

/** Losses with one more of a kind. */
export function withLoss(losses: Losses, kind: "training" | "validation", loss: number): Losses {
  if (!Number.isFinite(loss)) return { ...losses, [kind]: null };
  return kind === "training"
    ? { ...losses, training: loss, first: losses.first ?? loss }
    : { ...losses, validation: loss, lowest: Math.min(loss, losses.lowest ?? Infinity) };
}

/**
 * Whether losses are numbers and not far above what they were: no more than one nat and twice that of the first update,
 * and for validations that of the best. The lowest of all batches says nothing: batches differ.
 */
export function areHealthy({ first = Infinity, training, validation, lowest = Infinity }: Losses): boolean {
  const isBelow = (loss: number | null | undefined, reached: number): boolean =>
    loss === undefined || (loss !== null && loss <= 2 * reached + 1);
  return isBelow(training, first) && isBelow(validation, Math.min(first, lowest));
}
