/** Scores beside a model, in `card.json`: `studio/make-model.ts` writes it. */
import type { Folder } from "./files.ts";

export interface Measured {
  /** Test sentences. */
  readonly test: number;
  readonly precision: string;
  /** Of a translator: BLEU, the alignment error rate from 0 to 1, and where the links are read. */
  readonly bleu?: number;
  readonly aer?: number;
  readonly reading?: string;
  /** Of a language model, for each token. */
  readonly perplexity?: number;
  /** Of a classifier, from 0 to 1. */
  readonly accuracy?: number;
}

const numbers = ["test", "bleu", "aer", "perplexity", "accuracy"] as const;
const texts = ["precision", "reading"] as const;

/** The scores of a folder; undefined where there are none, or others. */
export function measuredIn(files: Folder["files"]): Measured | undefined {
  const bytes = files.get("card.json");
  if (!bytes) return undefined;
  try {
    const card = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Measured> | null;
    const isOf = (type: string, keys: readonly (keyof Measured)[]): boolean =>
      keys.every((key) => card?.[key] === undefined || typeof card[key] === type);
    const isWhole =
      card?.test !== undefined &&
      card.precision !== undefined &&
      isOf("number", numbers) &&
      isOf("string", texts);
    return isWhole ? (card as Measured) : undefined;
  } catch {
    return undefined;
  }
}
