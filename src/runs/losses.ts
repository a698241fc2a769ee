/** Losses when a checkpoint was saved: null when not finite, left out when there is none yet. */
export interface Losses {
  /** Of the first update: about that of an untrained model. */
  readonly first?: number;
  /** Of the last update. */
  readonly training?: number | null;
  /** Of the last validation. */
  readonly validation?: number | null;
  /** The lowest of all validations. */
  readonly lowest?: number;
}

/** Records one more loss. */
export function withLoss(losses: Losses, kind: "training" | "validation", loss: number): Losses {
  if (!Number.isFinite(loss)) return { ...losses, [kind]: null };
  return kind === "training"
    ? { ...losses, training: loss, first: losses.first ?? loss }
    : { ...losses, validation: loss, lowest: Math.min(loss, losses.lowest ?? Infinity) };
}

/**
 * Whether losses are finite and not far above earlier ones: at most 2 · reached + 1 nat, where `reached` is the loss of
 * the first update or, for validations, the best one if that is lower. The lowest training loss says little: batches
 * differ.
 */
export function areHealthy({ first = Infinity, training, validation, lowest = Infinity }: Losses): boolean {
  const isBelow = (loss: number | null | undefined, reached: number): boolean =>
    loss === undefined || (loss !== null && loss <= 2 * reached + 1);
  return isBelow(training, first) && isBelow(validation, Math.min(first, lowest));
}
