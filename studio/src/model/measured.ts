/** Scores beside a model, in `card.json`: `studio/make-model.ts` writes it. */
import type { Folder } from "./files.ts";

export interface Measured {
  /** Test sentences. */
  readonly test: number;
  readonly precision: string;
  readonly bleu: number;
  readonly chrf: number;
  /** Alignment error rate, 0 to 1. */
  readonly aer: number;
  /** Where the links are read. */
  readonly reading: string;
}

/** The scores of a folder; undefined where there are none, or others. */
export function measuredIn(files: Folder["files"]): Measured | undefined {
  const bytes = files.get("card.json");
  if (!bytes) return undefined;
  try {
    const card = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Measured> | null;
    const { test, bleu, chrf, aer, precision, reading } = card ?? {};
    const isWhole =
      [test, bleu, chrf, aer].every((value) => typeof value === "number") &&
      [precision, reading].every((value) => typeof value === "string");
    return isWhole ? (card as Measured) : undefined;
  } catch {
    return undefined;
  }
}
